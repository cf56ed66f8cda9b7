//! Acknowledged is kept (5.3; figure 2, AppendEntries 3 and 4): a server deletes an entry only if
//! a request brings a different one at that index.
//!
//! Broken by a refusal, in the request's own term, of a request whose previous entry the server
//! had all the while: it was held when the request arrived (so it had been acknowledged before)
//! and was not cut until the answer (module [`acknowledged`](super::acknowledged)). In its own
//! term only "no such entry" refuses. What is committed may have been compacted, and a server that
//! knows it to be committed may refuse it for that.
//!
//! Broken as well by a candidate whose log is less up to date than what it acknowledged, all of it
//! in earlier terms. A server's term never goes back, so it acknowledged before it became a
//! candidate in this term; and what arrived since, or was in its handler, has cut.
//!
//! And by a leader that sends another entry at an index than it acknowledged there, all of it in
//! earlier terms. It had what is held from before it led until now, and its message is of that
//! time: so it shows the same log. A message that is sent late is of its term, and what was
//! acknowledged in a later one is not held against it.

use super::acknowledged::{Acknowledged, Claim, Open};
use super::entries::{Append, Entries};
use super::held::Acknowledgement;
use super::known::Known;
use crate::view::View;
use crate::words::{Time, crash_since};
use crate::{Rule, Violation};
use std::time::Duration;
use trace::Incarnation;

/// What the answer of this request is to be judged by.
pub(crate) fn claim(append: &Append, server: usize, logs: &Acknowledged) -> Option<Claim> {
    let Append { previous_index: index, previous_term: term, .. } = *append;
    let held = logs.before(server, u64::MAX)?;
    let is_held = index > 0 && held.term_at(index) == Some(term);
    is_held.then_some(Claim { index, term, told: held.told })
}

/// A server refused a request of this term, in this term.
pub(crate) fn refused(
    open: &Open,
    by: Incarnation,
    at: Duration,
    known: &Known,
    view: &View,
) -> Option<Violation> {
    let Claim { index, term, told } = open.claim?;
    if index <= known.committed(by.server) {
        return None;
    }
    let what = format!(
        "{by} acknowledged entry {index} of term {term} to S{} at {}, and at {} said it had no \
         entry {index} of term {term}{}",
        told.to,
        Time(told.at),
        Time(at),
        why(view, by, told),
    );
    Some(Violation { rule: Rule::Keeps, what })
}

/// A server asks for votes in a term.
pub(crate) fn stands(
    by: Incarnation,
    term: u64,
    last: (u64, u64),
    at: Duration,
    logs: &Acknowledged,
    view: &View,
) -> Option<Violation> {
    let held = logs.before(by.server, term)?;
    let (last_term, last_index) = last;
    if (last_term, last_index) >= (held.last_term(), held.last()) {
        return None;
    }
    let what = format!(
        "{by} acknowledged entry {} of term {} to S{} at {}, and at {} stood for election in term \
         {term} with entry {last_index} of term {last_term} as its last{}",
        held.last(),
        held.last_term(),
        held.told.to,
        Time(held.told.at),
        Time(at),
        why(view, by, held.told),
    );
    Some(Violation { rule: Rule::Keeps, what })
}

/// A leader sends entries of its log.
pub(crate) fn leads(
    by: Incarnation,
    append: &Append,
    at: Duration,
    logs: &Acknowledged,
    view: &View,
) -> Option<Violation> {
    let held = logs.before(by.server, append.term)?;
    let index = held.first_difference(append)?;
    let (acknowledged, sent) = (held.term_at(index)?, append.term_at(index)?);
    let what = format!(
        "{by} acknowledged entry {index} of term {acknowledged} to S{} at {}, and at {}, as the \
         leader of term {}, sent entry {index} of term {sent}{}",
        held.told.to,
        Time(held.told.at),
        Time(at),
        append.term,
        why(view, by, held.told),
    );
    Some(Violation { rule: Rule::Keeps, what })
}

fn why(view: &View, server: Incarnation, told: Acknowledgement) -> String {
    let crash = crash_since(view, server.server, told.at, "entry");
    if crash.is_empty() { "; was it cut off, or never there?".to_owned() } else { crash }
}
