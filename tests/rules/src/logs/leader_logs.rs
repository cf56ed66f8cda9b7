//! A leader's log only grows (Leader Append-Only, figure 3 and section 5.3).
//!
//! What the leader of a term sends in that term comes from one log to which it only appends, so
//! two messages give the same term at one index, whichever was sent first. Along a log terms do
//! not fall, for a leader appends entries of its own term, the highest so far; so an entry between
//! two of one term has that term too, and for each term the lowest and the highest index seen say
//! it all. An entry of a later term than the message's cannot be there.

use super::by_term::ByTerm;
use super::entries::Run;
use crate::words::Time;
use crate::{Rule, Violation};
use std::time::Duration;
use trace::Incarnation;

/// Where the entries of a term were seen.
#[derive(Debug, Clone, Copy)]
struct Seen {
    first: u64,
    last: u64,
    /// When the last of them were.
    at: Duration,
}

/// The log of the leader of one term, as its messages show it.
#[derive(Debug)]
struct LeaderLog {
    leader: usize,
    entries: ByTerm<Seen>,
}

#[derive(Debug)]
pub(crate) struct LeaderLogs {
    terms: ByTerm<LeaderLog>,
}

impl LeaderLogs {
    pub(crate) fn new() -> LeaderLogs {
        LeaderLogs { terms: ByTerm::new() }
    }

    /// The leader of a term sends a message, and says by it that it has these entries.
    pub(crate) fn sent(
        &mut self,
        leader: Incarnation,
        term: u64,
        runs: impl Iterator<Item = Run>,
        at: Duration,
    ) -> Option<Violation> {
        let new = || LeaderLog { leader: leader.server, entries: ByTerm::new() };
        let log = self.terms.get_or(term, new);
        if log.leader != leader.server {
            // Two leaders in one term: for the rules on votes.
            return None;
        }
        for run in runs {
            if run.term > term {
                return Some(from_the_future(leader, term, run, at));
            }
            let seen = Seen { first: run.first, last: run.last, at };
            let now = log.entries.get_or(run.term, || seen);
            if run.first < now.first || now.last < run.last {
                let (first, last) = (now.first.min(run.first), now.last.max(run.last));
                *now = Seen { first, last, at };
            }
            let (first, last) = (now.first, now.last);
            let [below, above] = log.entries.neighbours(run.term);
            let below = below.filter(|(_, other)| other.last >= first);
            if let Some(other) = below.or(above.filter(|(_, other)| other.first <= last)) {
                return Some(differs(leader, term, run, at, other));
            }
        }
        None
    }
}

fn from_the_future(leader: Incarnation, term: u64, run: Run, at: Duration) -> Violation {
    let what = format!(
        "{leader}, leader of term {term}, sent at {} entry {} of term {}, later than its \
         own",
        Time(at),
        run.first,
        run.term,
    );
    Violation { rule: Rule::AppendOnly, what }
}

fn differs(
    leader: Incarnation,
    term: u64,
    run: Run,
    at: Duration,
    (other, seen): &(u64, Seen),
) -> Violation {
    let what = format!(
        "{leader}, leader of term {term}, sent entries {} to {} of term {other} by {}, and at {} \
         entries {} to {} of term {}: a leader does not change its log, and along it terms do not \
         fall",
        seen.first,
        seen.last,
        Time(seen.at),
        Time(at),
        run.first,
        run.last,
        run.term,
    );
    Violation { rule: Rule::AppendOnly, what }
}
