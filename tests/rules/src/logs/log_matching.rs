//! Two entries with the same index and term have the same entries before them (Log Matching,
//! figure 3 and section 5.3).
//!
//! The entries of one term were all appended by its leader, to one log, one after the other. A log
//! that has any of them has all from the first on and, just before that, the entry that the leader
//! had there. So for each term it is enough to know at which index its entries begin and the term
//! of the entry before: both are the same in every log that has an entry of the term, at all
//! times. By induction over the terms all that lies before is the same too. No order of events is
//! needed.
//!
//! A message that begins among the entries of a term does not show where they begin: only that it
//! is not behind that index. So it is with a snapshot's last entry.

use super::by_term::ByTerm;
use super::entries::{Append, Run};
use crate::words::Time;
use crate::{Rule, Violation};
use std::fmt;
use std::time::Duration;
use trace::Incarnation;

/// Where the entries of a term begin.
#[derive(Debug, Clone, Copy)]
struct Beginning {
    /// The index of the first, or the lowest seen.
    index: u64,
    /// The term of the entry before the first, once seen.
    before: Option<u64>,
    /// Who showed it.
    by: Incarnation,
    at: Duration,
}

#[derive(Debug)]
pub(crate) struct LogMatching {
    terms: ByTerm<Beginning>,
}

impl LogMatching {
    pub(crate) fn new() -> LogMatching {
        LogMatching { terms: ByTerm::new() }
    }

    /// A server sends entries of its log.
    pub(crate) fn sent(
        &mut self,
        by: Incarnation,
        append: &Append,
        at: Duration,
    ) -> Option<Violation> {
        let Append { previous_index: index, previous_term: term, .. } = *append;
        let mut violation = self.seen(term, Beginning { index, before: None, by, at });
        let mut before = term;
        for Run { term, first, .. } in append.brought() {
            if term != before {
                let beginning = Beginning { index: first, before: Some(before), by, at };
                violation = violation.or_else(|| self.seen(term, beginning));
            }
            before = term;
        }
        violation
    }

    /// A server sends a snapshot that ends with this entry.
    pub(crate) fn sent_snapshot(
        &mut self,
        by: Incarnation,
        index: u64,
        term: u64,
        at: Duration,
    ) -> Option<Violation> {
        self.seen(term, Beginning { index, before: None, by, at })
    }

    /// The entries of a term begin here, or (if it does not show what is before) not behind this.
    #[inline]
    fn seen(&mut self, term: u64, new: Beginning) -> Option<Violation> {
        let known = self.terms.get_or(term, || new);
        let agree = match (known.before, new.before) {
            (None, None) => true,
            (Some(_), None) => known.index <= new.index,
            (None, Some(_)) => new.index <= known.index,
            (Some(before), Some(now)) => (known.index, before) == (new.index, now),
        };
        if !agree {
            return Some(differ(term, known, &new));
        }
        if known.before.is_none() && (new.before.is_some() || new.index < known.index) {
            *known = new;
        }
        None
    }
}

fn differ(term: u64, known: &Beginning, new: &Beginning) -> Violation {
    let what = format!(
        "the entries of term {term} {known} in the log that {} sent at {}, and {new} in the log \
         that {} sent at {}: one leader created them, in one place",
        known.by,
        Time(known.at),
        new.by,
        Time(new.at),
    );
    Violation { rule: Rule::LogMatching, what }
}

impl fmt::Display for Beginning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let index = self.index;
        match self.before {
            Some(before) => {
                write!(formatter, "begin at {index}, behind one of term {before},")
            }
            None => write!(formatter, "begin at {index} or before"),
        }
    }
}
