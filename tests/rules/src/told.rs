//! Which facts were told: a rule that no message tells of is not watched, and its test says so.

use std::borrow::Cow;
use trace::{Call, Event, FactKind, What};

/// RPCs without facts of which the names are kept at most.
const NAMES: usize = 16;

/// What servers told each other.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// The facts that were told.
    told: Kinds,
    /// The requests to which a reply without a fact was delivered.
    unanswered: Kinds,
    /// RPCs between servers that told no fact although a reply was delivered.
    silent: Vec<Cow<'static, str>>,
}

/// A set of kinds.
#[derive(Debug, Default, Clone, Copy)]
struct Kinds(u8);

impl Kinds {
    fn add(&mut self, kind: FactKind) {
        self.0 |= 1 << kind as u8;
    }

    fn has(self, kind: FactKind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }
}

impl Told {
    pub(crate) fn see(&mut self, event: &Event) {
        match &event.what {
            What::Sent { call } if is_between_servers(call) => {
                if let Some(fact) = &call.fact {
                    self.told.add(fact.kind());
                }
            }
            What::Delivered { call, fact } if is_between_servers(call) => {
                match (&call.fact, fact) {
                    (Some(_), Some(reply)) => self.told.add(reply.kind()),
                    (Some(request), None) => self.unanswered.add(request.kind()),
                    (None, _) => self.add_silent(call),
                }
            }
            _ => {}
        }
    }

    fn add_silent(&mut self, call: &Call) {
        if self.silent.len() < NAMES && !self.silent.contains(&call.rpc) {
            self.silent.push(call.rpc.clone());
        }
    }

    /// What is missing. An RPC of the student's own needs no facts: it is missed only as long as
    /// no other tells what RequestVote or AppendEntries tell.
    pub(crate) fn missing(&self) -> Vec<String> {
        let kinds = [FactKind::RequestVote, FactKind::AppendEntries, FactKind::InstallSnapshot];
        kinds.into_iter().filter_map(|kind| self.missing_of(kind)).collect()
    }

    fn missing_of(&self, kind: FactKind) -> Option<String> {
        if self.told.has(kind) {
            let reply = kind.reply()?;
            let is_missing = self.unanswered.has(kind) && !self.told.has(reply);
            return is_missing.then(|| format!("no reply tells the fact {reply:?}"));
        }
        let name = format!(".{kind:?}");
        match self.silent.iter().find(|rpc| rpc.ends_with(&name)) {
            Some(rpc) => Some(format!("{rpc} tells no facts")),
            None if self.silent.is_empty() || kind == FactKind::InstallSnapshot => None,
            None => Some(format!("no message tells the fact {kind:?}")),
        }
    }
}

fn is_between_servers(call: &Call) -> bool {
    call.sender().is_some() && call.to.is_some()
}

#[cfg(test)]
mod tests;
