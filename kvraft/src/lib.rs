//! A key/value service that goes on as long as a majority of its servers can talk to each other,
//! and behaves as if there were only one: Lab 3, on top of [`raft`]. Section numbers are those of
//! the Raft paper (extended version); section 8 is the one about clients.
//!
//! # What a client sees
//!
//! A [`Clerk`] reads and writes strings by key: [`get`](Clerk::get), [`put`](Clerk::put) and
//! [`append`](Clerk::append). Each call takes effect at one moment between its beginning and its
//! end, the same for everybody: the service is linearizable.
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
//! # A request's way (part 3A; `clerk`, `server`)
//!
//! A clerk sends its request to the server that answered last, and to the others in turn if that
//! does not answer or does not lead. The leader's handler passes the request to [`Raft::start`] as
//! a command, and waits at the place in the log that it was given (`waiting`). Each server has an
//! applier, which takes the committed commands in order and applies them to its `Store`. When the
//! leader's applier comes to that place and finds the command there, the handler is told, and
//! answers. So nothing is answered before it is committed and applied, and a leader that was cut
//! off answers nothing.
//!
//! A handler waits in vain if its server loses the lead. Then it says so, and the clerk asks
//! elsewhere.
//!
//! # Each request once (8; `store`)
//!
//! A clerk that hears nothing asks again, though its request may have been carried out and only
//! the reply lost. So each request has a number, which its retries keep, and a command that comes a
//! second time changes nothing.
//!
//! # Snapshots (part 3B, section 7; `server`)
//!
//! When the Raft state has outgrown the given size, the applier folds all it has applied into a
//! snapshot and passes that to [`Raft::snapshot`]. What is done already is part of it: a restarted
//! server must know a repeated request as well as one that never failed.
//!
//! # What is left out
//!
//! - Sessions that end: a clerk's number is remembered for ever, sixteen bytes each.
//! - A word of who leads: a server that does not only says so.

mod clerk;
mod command;
pub mod message;
mod server;
mod store;
mod waiting;

pub use raft::{Persister, Raft, ServerId};

pub use crate::clerk::Clerk;
pub use crate::server::KvServer;
