//! Whether the messages between servers tell what they carry: what one of them keeps to itself, a
//! rule that rests on knowing all may not conclude.

use std::borrow::Cow;
use trace::{Call, Event, What};

/// So many names of RPCs are kept at most.
const NAMES: usize = 16;

/// The RPCs between servers that told no facts.
#[derive(Debug, Default)]
pub(crate) struct Told {
    requests: Vec<Cow<'static, str>>,
    replies: Vec<Cow<'static, str>>,
}

impl Told {
    /// Takes note of a message that tells nothing, before it can have an effect.
    pub(crate) fn see(&mut self, event: &Event) {
        match &event.what {
            What::Sent { call } if call.fact.is_none() => add(&mut self.requests, call),
            What::Answered { call, fact: None, .. } | What::Delivered { call, fact: None }
                if call.fact.is_some() =>
            {
                add(&mut self.replies, call);
            }
            _ => {}
        }
    }

    /// Whether all entries, commit indexes, snapshots and votes that passed between servers are
    /// known.
    pub(crate) fn is_complete(&self) -> bool {
        self.requests.is_empty() && self.replies.is_empty()
    }

    /// What is missing: "Raft.RequestVote tells no facts".
    pub(crate) fn missing(&self) -> Vec<String> {
        let requests = self.requests.iter().map(|rpc| format!("{rpc} tells no facts"));
        let replies = self.replies.iter().map(|rpc| format!("the reply to {rpc} tells no fact"));
        requests.chain(replies).collect()
    }
}

fn add(names: &mut Vec<Cow<'static, str>>, call: &Call) {
    let is_between_servers = call.sender().is_some() && call.to.is_some();
    if is_between_servers && names.len() < NAMES && !names.contains(&call.rpc) {
        names.push(call.rpc.clone());
    }
}

#[cfg(test)]
mod tests;
