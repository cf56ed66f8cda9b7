//! Raft: several servers keep one log of commands, and go on as long as a majority of them can
//! talk to each other. After Diego Ongaro and John Ousterhout, "In Search of an Understandable
//! Consensus Algorithm (Extended Version)"; section and figure numbers are theirs.
//!
//! # What a service sees
//!
//! Each server runs a service with a [`Raft`] under it. A service passes a command to
//! [`Raft::start`]. If its server is the leader, the command gets an [`Index`] in the log. Once it
//! is committed, every server sends it to its own service ([`ApplyMsg::Command`]): each service
//! receives the same commands in the same order. A service may pass a snapshot of its state to
//! [`Raft::snapshot`], so that the log does not grow without limit. A service that lags behind may
//! then receive a snapshot ([`ApplyMsg::Snapshot`]) in place of the commands that it covers.
//!
//! Three servers, simulated. One is elected, and each service receives the command:
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
//! # Terms and roles (5.1; `state`)
//!
//! Time is divided into terms, numbered by [`Term`]; a term has at most one leader. A server is a
//! follower, a candidate or a leader (`Role`), and knows the latest term it has seen. Every message
//! carries its sender's term. A server that sees a later term adopts it and becomes a follower
//! (`State::adopt_later_term`); a server that receives a request of an earlier term refuses it.
//!
//! # Leader election (5.2, 5.4.1; `election`)
//!
//! A leader sends heartbeats. A follower that has received none until its election deadline, drawn
//! at random, starts an election: it begins the next term as a candidate, votes for itself and
//! sends [`RequestVote`] to all others. A server votes once in a term, for the first candidate that
//! asks and whose log is at least as up to date as its own (the election restriction). A candidate
//! with the votes of a majority becomes the leader. Any two majorities share a server (`quorum`),
//! so a term has no second leader. If no candidate gets a majority (a split vote), the deadlines
//! pass and a new term begins.
//!
//! A leader may step down when no majority has answered for a while, so that its service does not
//! take commands that it cannot commit (CheckQuorum in etcd; the paper does not ask for it). Ours
//! does.
//!
//! # Log replication (5.3; `log`, `replication`, `progress`)
//!
//! The leader appends each command to its `Log` as an [`Entry`] of its term and sends it to its
//! peers in [`AppendEntries`], with index and term of the entry before. A follower appends the
//! entries only if its log has that entry; by induction, two logs with the same entry are equal up
//! to it (Log Matching). If not, it replies what it has instead, a [`Conflict`], and the leader
//! tries an earlier entry: a whole term further back each time, since a message may take long.
//! Where a follower's entries differ, the leader's replace them. A leader never overwrites its own
//! (Leader Append-Only).
//!
//! For each peer a leader keeps a `Progress`: nextIndex, matchIndex, and when a message is due.
//! It replicates optimistically, and after a conflict it probes (etcd's states Replicate and
//! Probe). New entries are sent at once; while a message with entries is unanswered (in flight),
//! new ones are batched. A heartbeat also claims an entry before it, so it reveals any entries that
//! were lost.
//!
//! # Commitment (5.3, 5.4.2; `replication`, `applier`)
//!
//! When a majority has an entry of the leader's own term, that entry is committed, and so are all
//! before it. An entry of an earlier term is never committed by counting alone: figure 8 shows how
//! it may still be overwritten. Followers learn the leader's commit index from the next message. On
//! each server the applier sends committed commands to the service, in order.
//!
//! A candidate needs the votes of a majority, a committed entry is on a majority, and a server does
//! not vote for a log less up to date than its own: so every later leader has every committed entry
//! (Leader Completeness), and all services apply the same commands (State Machine Safety).
//!
//! # What survives a crash (figure 2; `persist`)
//!
//! Term, vote and log are saved with the [`Persister`] before any message can mention a change of
//! them. All else is volatile: a restarted server learns the commit index from the next leader.
//!
//! # Snapshots (7; `snapshot`)
//!
//! A service's snapshot replaces the log up to an index, the log's `snapshot_index`. If a peer
//! needs an entry up to that index, its leader sends [`InstallSnapshot`]; the receiver starts from
//! that snapshot, and its service receives [`ApplyMsg::Snapshot`] before any command that follows.
//!
//! # How the code is divided
//!
//! `State` is what one server knows, and `impl State` holds the paper's rules. They take `&mut
//! self`, never block and never send, so each can have unit tests. With debug assertions on,
//! `invariants` checks every step.
//!
//! `impl Raft` does the rest (`raft`). One lock holds the state (a monitor). The threads are the
//! ticker, which watches the time, the applier, and one replicator for each peer. Each of them is
//! the same loop (`Raft::wait_for_work`): look at the state, decide, wait until there is a reason
//! to look again. Handlers and arriving replies run one rule (`Raft::run_rule`). Either way, what a
//! rule changed is checked and saved before the lock is released, and no message is sent with the
//! lock held.
//!
//! # Where each rule is
//!
//! | rule of figures 2 and 13 | where |
//! |---|---|
//! | all servers: a later term makes a follower | `State::adopt_later_term` |
//! | all servers: apply up to commitIndex | `State::next_to_apply` |
//! | followers, candidates: election timeout | `State::tick`, `reset_election_timer` |
//! | candidates: start an election, lead | `State::start_election`, `lead_if_elected` |
//! | leaders: append a command | `State::propose` |
//! | leaders: heartbeats, send from nextIndex | `State::next_message` |
//! | leaders: nextIndex and matchIndex by the reply | `State::on_append_reply`, `Progress` |
//! | leaders: advance commitIndex (5.4.2) | `State::advance_commit` |
//! | RequestVote, receiver | `State::on_request_vote`, `is_up_to_date` (5.4.1) |
//! | AppendEntries, receiver: rule 1, and the election timer | `State::accept_leader` |
//! | AppendEntries, receiver: rules 2 and 5 (previous entry, commitIndex) | `State::append_after` |
//! | AppendEntries, receiver: rules 3 and 4 (truncate, append) | `Log::merge` |
//! | InstallSnapshot, receiver | `State::on_install_snapshot` |
//! | discarding the log up to a snapshot | `State::take_snapshot`, `Log::compact` |
//! | saving before any reply | `Raft::finish_step`, `State::persist` |
//!
//! # What is left out
//!
//! - Membership changes (6): the servers are those that [`Raft::new`] was given.
//! - Snapshots in several pieces (figure 13, `offset` and `done`): one message carries it all.
//! - The no-op entry that a leader would append at the start of its term to find out what is
//!   committed (8): indexes belong to the service's commands alone. So an entry of an earlier term
//!   is committed only once a command of the present term is.
//! - Reads without a log entry (8; ReadIndex and leases).
//! - PreVote (Ongaro's dissertation, 9.6), a round of questions before an election: a server that
//!   was cut off comes back with a later term and may unseat a leader once.
//! - Leadership transfer (dissertation, 3.10).
//!
//! [`AppendEntries`]: message::AppendEntries
//! [`Conflict`]: message::Conflict
//! [`InstallSnapshot`]: message::InstallSnapshot
//! [`RequestVote`]: message::RequestVote

mod applier;
mod election;
mod encoded_log;
mod invariants;
mod log;
pub mod message;
mod persist;
mod progress;
mod quorum;
mod raft;
mod replication;
mod snapshot;
mod state;
#[cfg(test)]
mod testing;
mod timing;
mod types;

pub use bytes::Bytes;
pub use labdisk::{Persister, RaftState};

pub use crate::log::Entry;
pub use crate::message::ApplyMsg;
pub use crate::raft::Raft;
pub use crate::types::{Index, ServerId, Term};
