//! The vocabulary: what can happen in a test.

use crate::fact::Fact;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its place in the stream: 1, 2, 3 and so on.
    pub number: u64,
    /// Time since the test's world began. Never decreases along the stream; equal times are
    /// ordinary under simulation. In the file: seconds.
    #[serde(with = "seconds")]
    pub at: Duration,
    /// The thread that recorded it, as `S1/ticker`. Only where events are written as they
    /// come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

/// One incarnation of a server: from a start to the next crash.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Incarnation {
    /// The server's number, from 0.
    pub server: usize,
    /// The number of the incarnation. Only grows; numbers may be skipped.
    pub number: u64,
}

/// Who sends a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// A server, in one of its incarnations.
    Server(Incarnation),
    /// A client of the service, by its number.
    Client(usize),
}

/// A call: a request on its way to a server, and what comes of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Unlike that of any other call of its network.
    pub number: u64,
    /// Who sends it, if the network was told.
    pub from: Option<Party>,
    /// The number of the server it is meant for, if the network was told.
    pub to: Option<usize>,
    /// Which handler is meant: `Raft.RequestVote`.
    pub rpc: Cow<'static, str>,
    /// What the request says, if its type tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fact: Option<Fact>,
}

/// Why the caller got no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// The network is closed.
    Closed,
    /// The end is disabled or cut, or its server does not exist.
    Unreachable,
    /// The network lost the request.
    RequestLost,
    /// The network lost the reply; the handler has run.
    ReplyLost,
    /// The server was replaced or deleted, or the end was disabled, before the handler returned.
    ReceiverGone,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// A request is sent: `call` was entered.
    Sent {
        /// The call.
        call: Arc<Call>,
    },
    /// What the network is going to do to a call, in seconds.
    Planned {
        /// The call.
        call: Arc<Call>,
        /// How late the request arrives.
        request_delay: f64,
        /// How late the reply is delivered.
        reply_delay: f64,
        /// If the request arrives twice: how much later the second time.
        duplicate: Option<f64>,
    },
    /// A request has arrived: its handler is about to start.
    Arrived {
        /// The call.
        call: Arc<Call>,
        /// Unlike that of any other arrival: a request may arrive twice.
        arrival: u64,
        /// Where.
        at_server: Incarnation,
    },
    /// A handler has returned.
    Answered {
        /// The call.
        call: Arc<Call>,
        /// Which arrival of it is answered.
        arrival: u64,
        /// Who answers.
        by: Incarnation,
        /// What the reply says, if its type tells.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fact: Option<Fact>,
    },
    /// A reply is delivered: `call` is about to return it.
    Delivered {
        /// The call.
        call: Arc<Call>,
        /// What the reply says, if its type tells.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fact: Option<Fact>,
    },
    /// A call returns without a reply.
    Failed {
        /// The call.
        call: Arc<Call>,
        /// Why.
        why: Failure,
    },

    /// A server starts: its disk was copied, and none of its code has run yet.
    Started {
        /// Which.
        server: Incarnation,
    },
    /// A server crashes: from now on nothing it says or does counts.
    Crashed {
        /// Which.
        server: Incarnation,
    },
    /// A server can reach all others that are connected, and be reached by them.
    Connected {
        /// Its number.
        server: usize,
    },
    /// A server can neither reach another nor be reached.
    Disconnected {
        /// Its number.
        server: usize,
    },
    /// A server has saved to its disk.
    Saved {
        /// Which.
        server: Incarnation,
        /// The size of the Raft state in bytes.
        state_bytes: usize,
        /// The size of the snapshot in bytes.
        snapshot_bytes: usize,
    },

    /// A server took a command that a test gave to `start`.
    Took {
        /// Which.
        server: Incarnation,
        /// The index it named.
        index: u64,
        /// The term it named.
        term: u64,
    },
    /// A server's service starts from the snapshot on its disk.
    Restored {
        /// Which.
        server: Incarnation,
        /// The last index that it covers.
        index: u64,
    },
    /// A server's service received a committed command.
    Applied {
        /// Which.
        server: Incarnation,
        /// The command's index.
        index: u64,
    },
    /// A server's service is about to hand its Raft a snapshot.
    TookSnapshot {
        /// Which.
        server: Incarnation,
        /// The last index that it covers.
        index: u64,
    },
    /// A server's service received a snapshot from its Raft.
    AppliedSnapshot {
        /// Which.
        server: Incarnation,
        /// The last index that it covers.
        index: u64,
    },
    /// A server said its term, and whether it leads, and either differs from what it last said.
    Said {
        /// Which.
        server: Incarnation,
        /// Its term.
        term: u64,
        /// Whether it leads.
        leads: bool,
    },

    /// A client of the service begins an operation.
    Called {
        /// The client's number.
        client: usize,
        /// The operation, as the test logs it. Empty where events are not kept.
        operation: String,
    },
    /// A client's operation is done.
    Returned {
        /// The client's number.
        client: usize,
        /// The result, as the test logs it. Empty where events are not kept.
        result: String,
    },

    /// The test does something: a step of its scenario, a change to the network, a check.
    Step {
        /// What, in words.
        text: String,
    },
    /// A property was violated.
    Violated {
        /// The message.
        text: String,
    },
    /// A line of the log, where the log is written too.
    Logged {
        /// The server whose thread logged it.
        server: Option<String>,
        /// The topic.
        topic: String,
        /// The message.
        text: String,
    },
}

/// A duration as a number of seconds. The nanoseconds of some days survive.
mod seconds {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
    use std::time::Duration;

    pub fn serialize<S: Serializer>(duration: &Duration, to: S) -> Result<S::Ok, S::Error> {
        duration.as_secs_f64().serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        Duration::try_from_secs_f64(f64::deserialize(from)?).map_err(de::Error::custom)
    }
}

impl Party {
    /// The server, if it is one.
    #[must_use]
    pub fn server(self) -> Option<Incarnation> {
        match self {
            Party::Server(incarnation) => Some(incarnation),
            Party::Client(_) => None,
        }
    }
}

impl Call {
    /// The server that sends it, if one does.
    #[must_use]
    pub fn sender(&self) -> Option<Incarnation> {
        self.from.and_then(Party::server)
    }
}

/// `S2`.
impl fmt::Display for Incarnation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "S{}", self.server)
    }
}
