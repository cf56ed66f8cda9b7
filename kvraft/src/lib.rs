//! A key/value service that is available as long as a majority of its servers can talk to each
//! other, and is linearizable: Lab 3, on top of [`raft`]. Section numbers are those of the Raft
//! paper (extended version); section 8 is about clients.
//!
//! # What a client sees
//!
//! A [`Clerk`] reads and writes strings by key: [`get`](Clerk::get), [`put`](Clerk::put) and
//! [`append`](Clerk::append). Each call takes effect at one moment between its beginning and its
//! end, the same for all clients: the service is linearizable.
//!
//! Three servers and a clerk, simulated:
//!
//! ```
//! use kvraft::{Clerk, KvServer, Persister, ServerId};
//! use labrpc::{ClientEnd, Network, Server};
//! use labrt::sim::{Schedule, simulate};
//! use labrt::time::Duration;
//! use labrt::world::Options;
//! use std::sync::Arc;
//!
//! let time_limit = Duration::from_secs(10);
//! let options = Options { name: "append".into(), seed: 1, time_limit };
//! let ended = simulate(options, Schedule::default(), || {
//!     let network = Network::new();
//!     let ends_of = |who: &str| -> Vec<ClientEnd> {
//!         let link = |to: usize| {
//!             let end = network.make_end(format!("{who} to S{to}"));
//!             network.connect(&format!("{who} to S{to}"), &format!("S{to}"));
//!             network.enable(&format!("{who} to S{to}"), true);
//!             end
//!         };
//!         (0..3).map(link).collect()
//!     };
//!     for me in 0..3 {
//!         let (peers, disk) = (ends_of(&format!("S{me}")), Arc::new(Persister::new()));
//!         let mut handlers = Server::new();
//!         KvServer::new(peers, ServerId(me), disk, None).serve(&mut handlers);
//!         network.add_server(format!("S{me}"), handlers);
//!     }
//!     let mut clerk = Clerk::new(ends_of("a clerk"));
//!     clerk.put("k", "a");
//!     clerk.append("k", "b");
//!     assert_eq!(clerk.get("k"), "ab");
//! });
//! assert!(ended.result.is_ok());
//! ```
//!
//! # The path of a request (part 3A; `clerk`, `server`, `pending`)
//!
//! A clerk sends its request to the server that answered last, and to the others in turn if that
//! one does not answer or is not the leader. The leader's handler passes the request to
//! [`Raft::start`] as a command, and waits for the index that it got (`pending`). Each server has
//! an applier, which receives the committed commands in order and applies them to its `Store`. When
//! the leader's applier applies the command at that index, the handler gets the result and replies.
//! So no request is answered before it is committed and applied, and a leader that was cut off
//! answers none.
//!
//! If its server is no longer the leader, the command may never be applied at that index. Then the
//! handler replies so, and the clerk tries another server.
//!
//! # Each request once (8; `store`)
//!
//! A clerk that gets no reply tries again, though its request may have been applied and only the
//! reply lost. So each request has a number, which its retries keep, and a command that is applied
//! again changes nothing (duplicate detection).
//!
//! # Snapshots (part 3B, section 7; `server`)
//!
//! When the saved Raft state exceeds the given size, the applier makes a snapshot of the store and
//! passes it to [`Raft::snapshot`]. The last request of each clerk is part of it: a restarted
//! server must recognise a repeated request as well as one that never crashed.
//!
//! # What is left out
//!
//! - Sessions that expire: each clerk's number is kept without limit, sixteen bytes each.
//! - Leader hints: a server that is not the leader does not reply which one is.
//! - Reads without a log entry (8; ReadIndex and leases): a Get goes through the log like a write.

mod clerk;
mod command;
pub mod message;
mod pending;
mod server;
mod store;

pub use raft::{Persister, Raft, ServerId};

pub use crate::clerk::Clerk;
pub use crate::server::KvServer;
