//! The command that a server appends to the log: a clerk's request, unchanged.

use labgob::DecodeError;
use serde::{Deserialize, Serialize};

use crate::message::{Get, PutAppend, RequestId};

/// The command of one log entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Command {
    /// Changes nothing; its index in the log decides which writes it sees.
    Get(Get),
    /// Changes a value.
    PutAppend(PutAppend),
}

impl Command {
    /// The request that it carries.
    pub(crate) fn request(&self) -> RequestId {
        match self {
            Command::Get(get) => get.request,
            Command::PutAppend(write) => write.request,
        }
    }

    /// The command encoded, for [`raft::Raft::start`].
    pub(crate) fn encode(&self) -> Vec<u8> {
        labgob::encode(self)
    }

    /// Decodes what [`Command::encode`] encoded.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Command, DecodeError> {
        labgob::decode(bytes)
    }
}
