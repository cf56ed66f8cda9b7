//! What the tests call of a Raft: the only things in `raft` whose names and types must stay.
//!
//! If this file does not compile, a signature has changed in `raft`: the comment behind the marked
//! line says what the tests expect. All else is yours to change: fields, files, messages, threads.

use labdisk::Persister;
use labrpc::{ClientEnd, Server};
use labrt::channel::Sender;
use raft::{ApplyMsg, Bytes, Index, Raft, ServerId, Term};
use std::sync::Arc;

type New = fn(Vec<ClientEnd>, ServerId, Arc<Persister>, Sender<ApplyMsg>) -> Raft;
type Start = fn(&Raft, Vec<u8>) -> Option<(Index, Term)>;
type Snapshot = fn(&Raft, Index, Vec<u8>);

const _: New = Raft::new; // The tests start a server with `Raft::new(peers, me, persister, apply)`.
const _: fn(&Raft) -> Raft = Raft::clone; // A `Raft` is a handle: its clones are the same server.
const _: fn(&Raft, &mut Server) = Raft::serve; // `serve` registers the handlers of its RPCs.
const _: Start = |raft, bytes| raft.start(bytes); // `start` says index and term, or `None`.
const _: fn(&Raft) -> (Term, bool) = Raft::state; // `state` says the term, and whether it leads.
const _: Snapshot = |raft, index, bytes| raft.snapshot(index, bytes); // The service has a snapshot.
const _: fn(&Raft) = Raft::kill; // `kill` ends the server.

const _: fn(ApplyMsg) = |message| match message {
    // More fields, such as a term, do no harm.
    ApplyMsg::Command { index: Index(_), command: Bytes { .. }, .. } => {} // This is committed.
    ApplyMsg::Snapshot { index: Index(_), snapshot: Bytes { .. }, .. } => {} // Go on from this.
};
