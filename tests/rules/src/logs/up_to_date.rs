//! Votes go to logs that are up to date (5.4.1; figure 2, RequestVote 2): a voter refuses a
//! candidate whose last entry has a lower term than its own, or the same term and a lower index.
//!
//! The voter had the last entry that it held from the arrival of the request to its answer (module
//! [`acknowledged`](super::acknowledged)), so its own log was at least as up to date as that. All
//! its acknowledgements were in terms below the candidate's: in that term it may have voted for
//! the candidate before, then acknowledged its entries, and grant a late duplicate again.

use super::acknowledged::{Acknowledged, Claim, Open};
use super::entries::Entries;
use crate::view::View;
use crate::words::{Time, crash_since};
use crate::{Rule, Violation};
use std::time::Duration;
use trace::{Fact, Incarnation};

/// What the answer of this request is to be judged by.
pub(crate) fn claim(
    term: u64,
    last: (u64, u64),
    server: usize,
    logs: &Acknowledged,
) -> Option<Claim> {
    let held = logs.before(server, term)?;
    let own = (held.last_term(), held.last());
    (last < own).then_some(Claim { index: own.1, term: own.0, told: held.told })
}

/// A server granted its vote.
pub(crate) fn granted(
    open: &Open,
    by: Incarnation,
    at: Duration,
    view: &View,
) -> Option<Violation> {
    let Claim { index, term, told } = open.claim?;
    let Some(Fact::RequestVote { term: of, candidate, last_index, last_term }) = open.call.fact
    else {
        return None;
    };
    let what = format!(
        "{by} acknowledged entry {index} of term {term} to S{} at {}, and at {} voted in term {of} \
         for S{candidate}, whose last entry is {last_index} of term {last_term}{}",
        told.to,
        Time(told.at),
        Time(at),
        crash_since(view, by.server, told.at, "entry"),
    );
    Some(Violation { rule: Rule::UpToDate, what })
}
