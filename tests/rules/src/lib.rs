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
//!
//! Beside them stand [`Situations`], which judge nothing: they tell what a run reached.

mod facts;
mod logs;
#[cfg(test)]
mod odd;
mod open;
mod rule;
mod saved;
mod situations;
#[cfg(test)]
mod story;
mod terms;
#[cfg(test)]
mod testing;
mod told;
mod view;
mod votes;
mod words;

pub use rule::{Rule, Violation};
pub use situations::Situations;

use logs::Logs;
use saved::Saved;
use terms::Terms;
use told::Told;
use trace::{Event, Fact, What};
use view::View;
use votes::Votes;

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
    view: View,
    told: Told,
    votes: Votes,
    terms: Terms,
    saved: Saved,
    logs: Logs,
    /// Whether a rule was broken: what follows is not judged.
    is_broken: bool,
}

impl Rules {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new(options: Options) -> Rules {
        Rules {
            view: View::new(options.servers),
            told: Told::default(),
            votes: Votes::new(options),
            terms: Terms::new(options),
            saved: Saved::new(options),
            logs: Logs::new(options),
            is_broken: false,
        }
    }

    /// Takes an event, the next one of the stream; returns the first rule that is broken, once.
    ///
    /// Rules that rest on knowing every entry, commit index, snapshot and vote that passed are
    /// silent as soon as a message between servers has told no fact.
    pub fn see(&mut self, event: &Event) -> Option<Violation> {
        self.told.see(event);
        if self.is_broken {
            return None;
        }
        self.view.see(event);
        if concerns_no_rule(event) {
            return None;
        }
        let violation = facts::see(event, &self.view)
            .or_else(|| self.votes.see(event, &self.view))
            .or_else(|| self.terms.see(event, &self.view))
            .or_else(|| self.saved.see(event, &self.view))
            .or_else(|| self.logs.see(event, &self.view))
            .filter(|violation| self.told.is_complete() || !violation.rule.needs_all_facts());
        self.is_broken = violation.is_some();
        violation
    }

    /// The latest term that a server promised by its messages, in all its incarnations: it must be
    /// on its disk. 0 if none, or if nothing must be saved yet.
    #[must_use]
    pub fn promised_term(&self, server: usize) -> u64 {
        self.terms.promised(server)
    }

    /// What the servers' messages do not tell, so that some rules were not watched:
    /// "Raft.RequestVote tells no facts". Empty if all is told.
    #[must_use]
    pub fn untold(&self) -> Vec<String> {
        self.told.missing()
    }
}

/// A server may send to itself, over the network too: it tells itself nothing new. And a message of
/// a student's own may say that it carries nothing.
fn concerns_no_rule(event: &Event) -> bool {
    let call = match &event.what {
        What::Sent { call }
        | What::Arrived { call, .. }
        | What::Answered { call, .. }
        | What::Delivered { call, .. } => call,
        _ => return false,
    };
    let to_itself = call.sender().is_some_and(|sender| Some(sender.server) == call.to);
    to_itself || call.fact == Some(Fact::Other)
}

/// How many servers are a majority.
fn quorum(servers: usize) -> usize {
    servers / 2 + 1
}

#[cfg(test)]
mod tests;
