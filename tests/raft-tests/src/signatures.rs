//! What the tests call of a Raft: the only things in `raft` whose names and types must stay.
//!
//! If this file does not compile, a signature has changed in `raft`: the comment behind the marked
//! line says what the tests expect. All else is yours to change: fields, files, messages, threads.

use labrpc::{ClientEnd, Server};
use labrt::channel::Sender;
use raft::{ApplyMsg, Bytes, Index, Persister, Raft, ServerId, Term};
use std::sync::Arc;

type New = fn(Vec<ClientEnd>, ServerId, Arc<Persister>, Sender<ApplyMsg>) -> Raft;
type Start = fn(&Raft, Vec<u8>) -> Option<(Index, Term)>;
type Snapshot = fn(&Raft, Index, Vec<u8>);
type Save = fn(&Persister, Vec<u8>, Bytes);

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

const _: fn() -> Persister = Persister::new; // An empty disk.
const _: fn(&Persister) -> Persister = Persister::copy; // A crash leaves a copy.
const _: Save = |disk, state, snapshot| disk.save(state, snapshot); // Saves both together.
const _: fn(&Persister) -> Vec<u8> = Persister::state; // What was saved, or nothing.
const _: fn(&Persister) -> Bytes = Persister::snapshot; // The snapshot that was saved with it.
const _: fn(&Persister) -> usize = Persister::state_size; // How many bytes the state has.
const _: fn(&Persister) -> usize = Persister::snapshot_size; // How many bytes the snapshot has.
