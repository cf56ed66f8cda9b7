//! A message's facts fit the message: figure 2, the arguments and results of the RPCs.
//!
//! - A request's candidate or leader is the server that sends it.
//! - A request tells a request's fact, and its reply the fact that answers it.
//! - Terms and indexes are numbers that grow from 0: none is above 2^63, where a number wraps that
//!   was subtracted below 0.
//!
//! Each message is judged by itself, so no order is needed. The other rules rely on this one.

use crate::rule::{Rule, Violation};
use crate::view::View;
use crate::words::Time;
use trace::{Call, Event, Fact, Incarnation, What};

/// No term or index is greater.
const LARGEST: u64 = u64::MAX / 2;

pub(crate) fn see(event: &Event, view: &View) -> Option<Violation> {
    let problem = match &event.what {
        What::Sent { call } => {
            let fact = call.fact.as_ref()?;
            if !view.is_up(call.sender()?) {
                return None;
            }
            wrong_request(call, fact)
        }
        What::Answered { call, by, fact: Some(fact), .. } if view.is_up(*by) => {
            wrong_reply(call, *by, fact)
        }
        _ => None,
    }?;
    Some(Violation { rule: Rule::Facts, what: format!("at {}, {problem}", Time(event.at)) })
}

fn wrong_request(call: &Call, fact: &Fact) -> Option<String> {
    let sender = call.sender()?;
    let rpc = &call.rpc;
    let kind = fact.kind();
    if kind.reply().is_none() {
        return Some(format!(
            "{sender} sent a request {rpc} that tells the fact {kind:?}, which is a reply's: see \
             its `fact`"
        ));
    }
    if let Some((role, named)) = named(fact)
        && usize::try_from(named) != Ok(sender.server)
    {
        return Some(format!(
            "{sender} sent a request {rpc} that names S{named} as its {role}: it is {sender} itself"
        ));
    }
    too_large(fact).map(|problem| format!("{sender} sent a request {rpc} with {problem}"))
}

fn wrong_reply(call: &Call, by: Incarnation, fact: &Fact) -> Option<String> {
    let rpc = &call.rpc;
    let expected = call.fact.as_ref()?.kind().reply()?;
    if fact.kind() != expected {
        let told = fact.kind();
        return Some(format!(
            "{by} answered {rpc} with the fact {told:?} instead of {expected:?}: see its \
             `reply_fact`"
        ));
    }
    too_large(fact).map(|problem| format!("{by} answered {rpc} with {problem}"))
}

/// The server that a request names as its sender, and as what.
fn named(fact: &Fact) -> Option<(&'static str, u64)> {
    match *fact {
        Fact::RequestVote { candidate, .. } => Some(("candidate", candidate)),
        Fact::AppendEntries { leader, .. } | Fact::InstallSnapshot { leader, .. } => {
            Some(("leader", leader))
        }
        Fact::Vote { .. } | Fact::Appended { .. } | Fact::Installed { .. } | Fact::Other => None,
    }
}

fn too_large(fact: &Fact) -> Option<String> {
    let (last, last_term, commit) = match fact {
        Fact::RequestVote { last_index, last_term, .. }
        | Fact::InstallSnapshot { last_index, last_term, .. } => (*last_index, *last_term, 0),
        Fact::AppendEntries { previous_index, previous_term, entry_terms, commit, .. } => {
            (previous_index.saturating_add(entry_terms.len()), *previous_term, *commit)
        }
        Fact::Vote { .. } | Fact::Appended { .. } | Fact::Installed { .. } | Fact::Other => {
            (0, 0, 0)
        }
    };
    let largest = fact.term().max(last).max(last_term).max(commit);
    if largest <= LARGEST {
        return None;
    }
    Some(format!(
        "the number {largest} for a term or an index (the limit is {LARGEST}): was it subtracted \
         below 0?"
    ))
}

#[cfg(test)]
mod tests;
