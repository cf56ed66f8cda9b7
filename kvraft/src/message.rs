//! The two RPCs between a clerk and a server. A server also appends these requests to the log, as
//! commands.

use labrpc::Rpc;
use serde::{Deserialize, Serialize};

/// The number of a clerk: random, so that none has to assign them.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct ClientId(pub u64);

/// The number of a request among those of its clerk. A clerk makes one request at a time, and
/// numbers them 1, 2, 3 and so on; a retry keeps its number.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Sequence(pub u64);

/// One request, and all its retries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestId {
    /// The clerk.
    pub client: ClientId,
    /// The number among its requests.
    pub sequence: Sequence,
}

/// Reads a key: sent by a clerk to the likely leader.
///
/// The receiver replies the value at some moment between the request and the reply, or that it is
/// not the leader.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Get {
    /// The request that this is, or is a retry of.
    pub request: RequestId,
    /// The key.
    pub key: String,
}

/// The reply to [`Get`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum GetReply {
    /// The key's value.
    Value(String),
    /// The key has never been written (the course's `ErrNoKey`).
    NoKey,
    /// This server is not the leader, or lost the lead before the request was applied (the course's
    /// `ErrWrongLeader`): try another.
    WrongLeader,
}

/// Writes a key: sent by a clerk to the likely leader.
///
/// The receiver replies when the write is applied, which happens once, however often the clerk
/// retries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PutAppend {
    /// The request that this is, or is a retry of.
    pub request: RequestId,
    /// Put or append.
    pub action: Action,
    /// The key.
    pub key: String,
    /// The new value, or the addition to the old one.
    pub value: String,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// Replace the old value.
    Put,
    /// Add to the end of the old value; that of a key that was never written is empty.
    Append,
}

/// The reply to [`PutAppend`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PutAppendReply {
    /// The write is applied.
    Done,
    /// This server is not the leader, or lost the lead before the request was applied: try another.
    /// The write may still be applied.
    WrongLeader,
}

impl Rpc for Get {
    const NAME: &'static str = "KVServer.Get";
    type Reply = GetReply;
}

impl Rpc for PutAppend {
    const NAME: &'static str = "KVServer.PutAppend";
    type Reply = PutAppendReply;
}
