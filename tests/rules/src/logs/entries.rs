//! Entries of a log as run lengths: of a message, or of what a server acknowledged. Work is
//! proportional to the runs, not to the entries.

use trace::{Call, EntryTerms, Fact};

/// Consecutive entries of one term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub term: u64,
    /// The index of the first entry.
    pub first: u64,
    /// The index of the last entry.
    pub last: u64,
}

/// The terms of the entries at `first` to `last`, without a gap.
pub(crate) trait Entries {
    fn first(&self) -> u64;
    fn last(&self) -> u64;
    /// The runs from the one that holds this index, or from the first.
    fn runs_from(&self, index: u64) -> impl Iterator<Item = Run>;

    fn term_at(&self, index: u64) -> Option<u64> {
        let run = self.runs_from(index).next()?;
        (run.first..=run.last).contains(&index).then_some(run.term)
    }

    /// The first index at which both have entries, of different terms.
    fn first_difference(&self, other: &impl Entries) -> Option<u64> {
        let mut at = self.first().max(other.first());
        let end = self.last().min(other.last());
        if at > end {
            return None;
        }
        let (mut ours, mut theirs) = (self.runs_from(at), other.runs_from(at));
        let (mut our, mut their) = (ours.next()?, theirs.next()?);
        while our.term == their.term {
            at = our.last.min(their.last);
            if at >= end {
                return None;
            }
            if our.last == at {
                our = ours.next()?;
            }
            if their.last == at {
                their = theirs.next()?;
            }
            at += 1;
        }
        Some(at)
    }

    /// Up to which index these entries stay in a log if the server takes this request. Entries
    /// that the request does not show to be the same are given up, so the answer may be too low.
    ///
    /// - Equal at a shared index: equal in all before it (log matching), so only the first
    ///   difference and what is behind it can go.
    /// - The request lies below: it may differ there, and then all of these go.
    /// - It lies above: it cannot reach down to these.
    /// - A snapshot whose last entry is among these keeps what follows (figure 13, 6); any other
    ///   may replace the whole log.
    fn surviving(&self, request: &Fact) -> u64 {
        if let Some(append) = Append::of(request) {
            if append.last() < self.first() {
                return 0;
            }
            return self.first_difference(&append).map_or(self.last(), |at| at.saturating_sub(1));
        }
        match *request {
            Fact::InstallSnapshot { last_index, last_term, .. }
                if self.term_at(last_index) != Some(last_term) =>
            {
                0
            }
            _ => self.last(),
        }
    }
}

/// A request AppendEntries. Its entries are the previous one and those that it brings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Append<'a> {
    pub term: u64,
    pub previous_index: u64,
    /// The term of the previous entry: 0 at index 0.
    pub previous_term: u64,
    pub entry_terms: &'a EntryTerms,
    pub commit: u64,
}

impl<'a> Append<'a> {
    pub(crate) fn of(fact: &'a Fact) -> Option<Append<'a>> {
        match fact {
            &Fact::AppendEntries {
                term,
                previous_index,
                previous_term,
                ref entry_terms,
                commit,
                ..
            } => {
                let previous_term = if previous_index == 0 { 0 } else { previous_term };
                Some(Append { term, previous_index, previous_term, entry_terms, commit })
            }
            _ => None,
        }
    }

    pub(crate) fn of_call(call: &'a Call) -> Option<Append<'a>> {
        call.fact.as_ref().and_then(Append::of)
    }

    /// The entries that it brings.
    pub(crate) fn brought(&self) -> impl Iterator<Item = Run> + use<'a> {
        let mut before = self.previous_index;
        self.entry_terms.runs().filter(|(_, count)| *count > 0).map_while(move |(term, count)| {
            let first = before.checked_add(1)?;
            before = before.saturating_add(count);
            Some(Run { term, first, last: before })
        })
    }

    /// The previous entry, and those that it brings.
    pub(crate) fn runs(&self) -> impl Iterator<Item = Run> + use<'a> {
        let (term, at) = (self.previous_term, self.previous_index);
        std::iter::once(Run { term, first: at, last: at }).chain(self.brought())
    }

    /// The term of its last entry.
    pub(crate) fn last_term(&self) -> u64 {
        let last = self.entry_terms.runs().rev().find(|(_, count)| *count > 0);
        last.map_or(self.previous_term, |(term, _)| term)
    }
}

impl Entries for Append<'_> {
    fn first(&self) -> u64 {
        self.previous_index
    }

    fn last(&self) -> u64 {
        self.previous_index.saturating_add(self.entry_terms.len())
    }

    fn runs_from(&self, index: u64) -> impl Iterator<Item = Run> {
        self.runs().skip_while(move |run| run.last < index)
    }
}
