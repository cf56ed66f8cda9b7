//! Raft
pub mod message;

mod applier;
mod election;
mod invariants;
mod limits;
mod log;
#[cfg(test)]
mod model;
mod persist;
mod persister;
mod progress;
mod quorum;
mod raft;
mod replication;
#[cfg(test)]
mod situation;
mod snapshot;
mod state;
mod vocabulary;

pub use bytes::Bytes;

pub use crate::applier::ApplyMsg;
pub use crate::log::Entry;
pub use crate::persister::{Persister, RaftState};
pub use crate::raft::Raft;
pub use crate::vocabulary::{Index, ServerId, Term};
