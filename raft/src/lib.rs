//! Raft: several servers keep one log of commands, and go on as long as a majority of them can
//! talk to each other. After Diego Ongaro and John Ousterhout, "In Search of an Understandable
//! Consensus Algorithm (Extended Version)"; section and figure numbers are theirs.
//!
//! # What a service sees
//!
//! Each server runs a service with a [`Raft`] under it. The service of any server passes a
//! command to [`Raft::start`]. If that server leads, the command gets a place in the log, its
//! [`Index`], and once it is committed every service is told so: each receives the same commands
//! in the same order on its apply channel. A service may fold what it was told into a snapshot,
//! and pass that to [`Raft::snapshot`] so that the log does not grow for ever; one that lags
//! behind may then receive the snapshot in place of the commands it stands for.
//!
//! Three servers, simulated. One is elected, and each service is told the command it was given:
//!
//! ```
//! use labrpc::{Network, Server};
//! use labrt::sim::{Schedule, simulate};
//! use labrt::time::Duration;
//! use labrt::{channel, thread, world};
//! use raft::{ApplyMsg, Persister, Raft, ServerId};
//! use std::sync::Arc;
//!
//! let second = Duration::from_secs(1);
//! let options = world::Options { name: "agree".into(), seed: 1, time_limit: 10 * second };
//! let ended = simulate(options, Schedule::default(), move || {
//!     let network = Network::new();
//!     let begin = |me: usize| {
//!         let link = |to: usize| {
//!             let end = network.make_end(format!("S{me} to S{to}"));
//!             network.connect(&format!("S{me} to S{to}"), &format!("S{to}"));
//!             network.enable(&format!("S{me} to S{to}"), true);
//!             end
//!         };
//!         let (peers, disk) = ((0..3).map(link).collect(), Arc::new(Persister::new()));
//!         let (apply, applied) = channel::bounded(0);
//!         let raft = Raft::new(peers, ServerId(me), disk, apply);
//!         let mut server = Server::new();
//!         raft.serve(&mut server);
//!         network.add_server(format!("S{me}"), server);
//!         (raft, applied)
//!     };
//!     let servers: Vec<_> = (0..3).map(begin).collect();
//!     thread::sleep(second);
//!     let leader = servers.iter().find_map(|(raft, _)| raft.start("x = 1"));
//!     let (index, _term) = leader.expect("a leader within a second");
//!     for (_, applied) in &servers {
//!         let command = "x = 1".into();
//!         assert_eq!(applied.recv(), Ok(ApplyMsg::Command { index, command }));
//!     }
//! });
//! assert!(ended.result.is_ok());
//! ```
//!
//! # Terms and roles (5.1)
//!
//! Time is divided into terms, numbered by [`Term`]; a term has at most one leader. A server is a
//! follower, a candidate or a leader (`Role`), and knows the latest term it has heard of. Every
//! message carries its sender's term: whoever sees a later one adopts it and becomes a follower
//! (`State::observe_term`), and whoever is addressed in an earlier one refuses.
//!
//! # Leader election (5.2, 5.4.1; `election`)
//!
//! A leader sends heartbeats. A follower that has heard none until its deadline, drawn at random,
//! begins the next term as a candidate: it votes for itself and sends [`RequestVote`] to
//! everybody. A server votes once a term, for the first who asks and whose log is at least as up
//! to date as its own. Whoever gathers a majority leads; any two majorities share a server
//! (`quorum`), so nobody else does. If nobody gathers one, deadlines pass and a new term begins.
//!
//! A leader that no majority has answered for a while may step down, so that its service does not
//! take commands that it cannot commit. (Ours does. The paper does not ask for it.)
//!
//! # Log replication (5.3; `log`, `replication`, `progress`)
//!
//! The leader appends each command to its `Log` as an [`Entry`] of its term and sends it to its
//! peers in [`AppendEntries`], together with index and term of the entry before. A follower takes
//! entries over only if it has that entry; by induction, two logs that have the same entry are
//! equal up to it (Log Matching). A follower that does not have it says what it has instead, a
//! [`Conflict`], and the leader backs up: a whole term at a time, for each message may take long.
//! Where a follower's entries differ, the leader's replace them. A leader never changes its own.
//!
//! For each peer a leader keeps a `Progress`: what was sent, what is known to match, when the
//! next message is due. New entries go out at once. While a message with entries is unanswered,
//! further ones gather for the next. Whatever is lost, a heartbeat reveals, since it too claims
//! an entry before it.
//!
//! # Commitment (5.3, 5.4.2; `replication`, `applier`)
//!
//! When a majority has an entry of the leader's own term, that entry is committed, and so is all
//! before it. An entry of an earlier term is never committed by counting alone: figure 8 shows
//! how it may still be overwritten. Followers learn from the next message how far the leader has
//! committed. On each server the applier hands committed commands to the service, in order.
//!
//! A candidate needs votes from a majority, a committed entry is on a majority, and nobody votes
//! for a log less up to date than its own: so every later leader has every committed entry
//! (Leader Completeness), and no two services are ever told differently (State Machine Safety).
//!
//! # What survives a crash (figure 2; `persist`)
//!
//! Term, vote and log are saved to the [`Persister`] before anybody is told of a change. All else
//! is found out again: what is committed, from the next leader.
//!
//! # Snapshots (7; `snapshot`)
//!
//! A service's snapshot replaces the log up to an index, which becomes the log's base. A leader
//! whose peer needs entries from before its base sends [`InstallSnapshot`]; the receiver starts
//! from there, and its service is told by [`ApplyMsg::Snapshot`] before any command that follows.
//!
//! # How the code is divided
//!
//! `State` is what one server knows, and `impl State` holds the rules above. They take `&mut
//! self`, never block and never send, so each can have unit tests.
//! With debug assertions on, `invariants` checks every single transition.
//!
//! `impl Raft` does the rest. One lock holds the state. The threads are the ticker, which watches
//! the time, the applier, and a replicator for each peer. Each one's life is a loop of one shape
//! (`Raft::next_work`): look at the state, decide, wait until there is reason to look again.
//! Handlers and arriving replies run one rule (`Raft::step`). Either way what a rule changed is
//! checked and saved before the lock is released, and nobody holds the lock while sending.
//!
//! # What is left out
//!
//! - Changes of membership (6): the servers are those that [`Raft::new`] was given.
//! - Snapshots in several pieces (figure 13, `offset` and `done`): one message carries it all.
//! - Reads without a log entry (8), and the empty entry with which a leader would begin its term
//!   to find out what is committed: indexes belong to the service's commands alone. An entry of
//!   an earlier term is committed once a command of the present one is.
//! - A round of questions before standing for election (Ongaro's dissertation, 9.6): a server
//!   that was cut off comes back with a later term and may unseat a leader once.
//!
//! [`AppendEntries`]: message::AppendEntries
//! [`Conflict`]: message::Conflict
//! [`InstallSnapshot`]: message::InstallSnapshot
//! [`RequestVote`]: message::RequestVote

mod applier;
mod election;
mod invariants;
mod limits;
mod log;
pub mod message;
#[cfg(test)]
mod model;
mod persist;
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
pub use labdisk::{Persister, RaftState};

pub use crate::applier::ApplyMsg;
pub use crate::log::Entry;
pub use crate::raft::Raft;
pub use crate::vocabulary::{Index, ServerId, Term};
