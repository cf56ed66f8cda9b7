//! `held`: the terms of the entries that a server acknowledged and must still have.

use super::entries::{Append, Entries, Run};
use std::time::Duration;

/// Where and when a server said that it has entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Acknowledgement {
    /// The term of the request that it answered.
    pub term: u64,
    /// The leader it told.
    pub to: usize,
    pub at: Duration,
}

/// Acknowledged entries without a gap. All are in the log of the leader who was told last, for the
/// last of them is (log matching). Nothing acknowledged: the head at index 0, which all have.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    first: u64,
    /// A term, and the index up to which entries have it. Never empty.
    runs: Vec<(u64, u64)>,
    /// The latest acknowledgement of the last entry, and so of all.
    pub told: Acknowledgement,
}

impl Default for Held {
    fn default() -> Held {
        Held { first: 0, runs: vec![(0, 0)], told: Acknowledgement::default() }
    }
}

impl Held {
    /// The term of the last entry.
    pub(crate) fn last_term(&self) -> u64 {
        self.runs.last().map_or(0, |(term, _)| *term)
    }

    /// Forgets what is behind this index.
    pub(crate) fn cut(&mut self, keep: u64) {
        if keep < self.first || keep == 0 {
            self.start_at(0, 0);
            return;
        }
        let at = self.runs.partition_point(|(_, last)| *last < keep);
        if let Some(run) = self.runs.get_mut(at) {
            run.1 = keep;
            self.runs.truncate(at + 1);
        }
    }

    /// Adds what a request brought, up to an index, for it was acknowledged. There is no difference
    /// between the two. A gap is not kept: what is below it is forgotten.
    pub(crate) fn add(&mut self, append: &Append, end: u64, told: Acknowledgement) {
        if append.previous_index > self.last()
            || append.previous_index < self.first && end >= self.last()
        {
            self.start_at(append.previous_index, append.previous_term);
        }
        if append.previous_index < self.first || end < self.last() {
            return;
        }
        self.told = told;
        for run in append.brought() {
            let (term, last) = (run.term, run.last.min(end));
            match self.runs.last_mut() {
                Some(mine) if last <= mine.1 => {}
                Some(mine) if term == mine.0 => mine.1 = last,
                _ => self.runs.push((term, last)),
            }
        }
    }

    /// Takes what a request brought, over anything else. Returns the first entry that was another,
    /// index and term, as it was.
    pub(crate) fn take(&mut self, append: &Append) -> Option<(u64, u64)> {
        let different = self.first_difference(append);
        let was = different.and_then(|index| Some((index, self.term_at(index)?)));
        if let Some(index) = different {
            self.cut(index.saturating_sub(1));
        }
        self.add(append, append.last(), Acknowledgement::default());
        was
    }

    /// Adds an entry behind the last. A gap is not kept: what is below it is forgotten.
    pub(crate) fn push(&mut self, index: u64, term: u64) {
        match self.runs.last_mut() {
            Some(last) if last.1.checked_add(1) != Some(index) => self.start_at(index, term),
            Some(last) if term == last.0 => last.1 = index,
            _ => self.runs.push((term, index)),
        }
    }

    fn start_at(&mut self, index: u64, term: u64) {
        self.first = index;
        self.runs.clear();
        self.runs.push((term, index));
    }
}

impl Entries for Held {
    fn first(&self) -> u64 {
        self.first
    }

    fn last(&self) -> u64 {
        self.runs.last().map_or(self.first, |(_, last)| *last)
    }

    fn runs_from(&self, index: u64) -> impl Iterator<Item = Run> {
        let at = self.runs.partition_point(|(_, last)| *last < index);
        let mut first = match at.checked_sub(1) {
            Some(before) => self.runs[before].1.saturating_add(1),
            None => self.first,
        };
        self.runs[at..].iter().map(move |&(term, last)| {
            let run = Run { term, first, last };
            first = last.saturating_add(1);
            run
        })
    }
}
