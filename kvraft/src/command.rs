//! What a server puts into the log: a clerk's request, as it came.

use labgob::DecodeError;
use serde::{Deserialize, Serialize};

use crate::message::{Get, PutAppend, RequestId};

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Command {
    /// Changes nothing; its place in the log says which writes it sees.
    Get(Get),
    /// Changes a value.
    PutAppend(PutAppend),
}

impl Command {
    /// The request it came with.
    pub(crate) fn request(&self) -> RequestId {
        match self {
            Command::Get(get) => get.request,
            Command::PutAppend(write) => write.request,
        }
    }

    /// The command as Raft carries it.
    pub(crate) fn encode(&self) -> Vec<u8> {
        labgob::encode(self)
    }

    /// Reads what [`Command::encode`] wrote.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Command, DecodeError> {
        labgob::decode(bytes)
    }
}
