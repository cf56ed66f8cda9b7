//! The simulated network: remote procedure calls (RPCs) whose messages may be lost, delayed,
//! reordered or duplicated.
//!
//! A [`Network`] has client ends and servers, both known by name. A [`ClientEnd`] is a port that
//! sends to one server; it works while it is enabled. A [`Server`] is a set of handlers.
//!
//! ```
//! use labrpc::{Network, Rpc, Server};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Double(u64);
//!
//! impl Rpc for Double {
//!     const NAME: &'static str = "Arithmetic.Double";
//!     type Reply = u64;
//! }
//!
//! let network = Network::new();
//! let mut server = Server::new();
//! server.on(|Double(number)| number * 2);
//! network.add_server("calculator", server);
//!
//! let end = network.make_end("student");
//! network.connect("student", "calculator");
//! network.enable("student", true);
//! assert_eq!(end.call(&Double(21)), Some(42));
//! ```
//!
//! # What may happen to a call
//!
//! [`ClientEnd::call`] blocks its thread until the answer is known, and `None` is an ordinary
//! answer: the request or its reply was lost, the server was not there, or it died meanwhile. The
//! caller cannot distinguish these, and the handler may have run in any case.
//!
//! - Over an end that is disabled or not connected, or to a server that does not exist: `None`,
//!   after 0 to 99 ms, or up to 7 s if [long delays](Network::set_long_delays) are on.
//! - On a [reliable](Network::set_reliable) network the request arrives at once; else after 0 to
//!   26 ms, and one in ten is lost. (Under simulation every message takes 0.1 to 0.5 ms more.)
//! - Each request runs on a thread of its own, so a handler may block for as long as it likes.
//! - When the handler has returned, its reply counts only if the server is still there and the
//!   end still enabled. Deleting or replacing the server, or disabling the end, wakes waiting
//!   callers at once. (The course's network polls every 100 ms, and so misses an end that is
//!   disabled and enabled again in between.)
//! - On an unreliable network one reply in ten is lost. With [long
//!   reordering](Network::set_long_reordering), two in three come 0.2 to 2.2 s late, even if the
//!   server has died meanwhile.
//!
//! Two faults concern restarts: a server may crash at a reply ([`Life`]), and requests on their way
//! may reach its successor ([`Network::set_requests_outlive`]).
//!
//! The numbers are the course's and the default of [`Faults`], which has further settings. Faults
//! are drawn from the world's seed, keyed by the end's name and the call's number on it: the n-th
//! call over a link meets the same faults whatever other links do.
//!
//! # What is recorded
//!
//! A [`Network::recorded`] records every call in a stream of events: sent, arrived, answered,
//! delivered or failed. An RPC says what it means by [`Rpc::fact`] and [`Rpc::reply_fact`]; the
//! graded tests watch the paper's rules by these.
//!
//! Every message is encoded (`labgob`), so servers share no memory, and bytes are counted.

mod calls;
mod client_end;
mod faults;
mod in_flight;
mod life;
mod network;
mod record;
mod server;

pub use client_end::ClientEnd;
pub use faults::{Cut, Faults, LinkFaults};
pub use in_flight::CallsInFlight;
pub use life::{CrashAtReply, Life};
pub use network::Network;
pub use server::Server;
pub use trace::{EntryTerms, Fact};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A remote procedure call: a request that names its reply.
pub trait Rpc: Serialize + DeserializeOwned {
    /// Which handler is meant, as `Service.Method`: `Raft.RequestVote`.
    const NAME: &'static str;
    /// What the handler answers.
    type Reply: Serialize + DeserializeOwned;

    /// What the request says in the words of figures 2 and 13 of the Raft paper, for whoever
    /// watches the network. `None` tells nothing, and then they know no longer all that passes: a
    /// message of one's own that carries no entry, commit index, snapshot or vote says
    /// [`Fact::Other`]. It changes nothing about the call.
    fn fact(&self) -> Option<Fact> {
        None
    }

    /// The same for the reply.
    fn reply_fact(_reply: &Self::Reply) -> Option<Fact> {
        None
    }
}
