//! The two RPCs between a clerk and a server. What a clerk asks for is also what a server puts
//! into the log.

use labrpc::Rpc;
use serde::{Deserialize, Serialize};

/// One clerk among all clerks: a random number, so that nobody has to hand them out.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct ClientId(pub u64);

/// The number of a request among those of its clerk. A clerk asks for one thing at a time, and
/// numbers what it asks for 1, 2, 3 and so on; a retry keeps its number.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Sequence(pub u64);

/// One request, and all its retries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestId {
    /// Who asks.
    pub client: ClientId,
    /// Which of its requests it is.
    pub sequence: Sequence,
}

/// "What is the value of this key?": sent by a clerk to the server that it believes to lead.
///
/// The receiver answers with the value at some moment between the request and the reply, or that
/// it cannot tell, since it does not lead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Get {
    /// Which request this is.
    pub request: RequestId,
    /// The key.
    pub key: String,
}

/// The answer to [`Get`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum GetReply {
    /// The key's value.
    Value(String),
    /// The key has never been written (the course's `ErrNoKey`).
    NoKey,
    /// This server does not lead, or lost the lead before it could tell (the course's
    /// `ErrWrongLeader`): ask another.
    WrongLeader,
}

/// "Write this": sent by a clerk to the server that it believes to lead.
///
/// The receiver answers once the change is made, which happens once, however often the clerk asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PutAppend {
    /// Which request this is.
    pub request: RequestId,
    /// How to write.
    pub action: Action,
    /// The key.
    pub key: String,
    /// The new value, or what to add to the old one.
    pub value: String,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// In place of the old one.
    Put,
    /// At the end of the old one; a key that was never written has an empty value.
    Append,
}

/// The answer to [`PutAppend`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PutAppendReply {
    /// The change is made.
    Done,
    /// This server does not lead, or lost the lead before it could tell: ask another. The change
    /// may still be made.
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
