//! The log (5.3; empty until part 2B), and the only place that turns an [`Index`] into a position.
//!
//! A log begins with a head entry that carries no command, so that every entry has a
//! predecessor. At first the head is at index 0. When a snapshot replaces the beginning of the
//! log (part 2D, section 7), the head stands for the last entry that the snapshot covers.

use std::collections::VecDeque;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::vocabulary::{Index, Term};

/// One entry: a command and the term of the leader that received it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The term in which a leader took the command.
    pub term: Term,
    /// The service's command; its bytes are shared, not copied.
    pub command: Bytes,
}

/// A head entry and what follows it.
pub(crate) struct Log {
    /// The index of the head entry; grows when a snapshot is taken or installed.
    base: Index,
    /// The head entry, then the entries after it. Never empty.
    entries: VecDeque<Entry>,
    // FROM 2B
    /// Where the entries begin that were added or dropped since the last transition was settled.
    changed_from: Option<Index>,
}

impl Log {
    /// The log of a server that begins its life.
    pub(crate) fn new() -> Log {
        Log::after(Index(0), Term(0))
    }

    /// A log without entries, whose head stands for the entry `base` of `term`.
    pub(crate) fn after(base: Index, term: Term) -> Log {
        let head = Entry { term, command: Bytes::new() };
        Log {
            base,
            entries: VecDeque::from([head]),
            // FROM 2B
            changed_from: Some(base.next()),
        }
    }

    /// The index of the head entry: what lies before it is in the snapshot.
    pub(crate) fn base(&self) -> Index {
        self.base
    }

    /// The term of the head entry.
    pub(crate) fn base_term(&self) -> Term {
        self.entries[0].term
    }

    /// The index of the last entry: the head's, if nothing follows it.
    pub(crate) fn last(&self) -> Index {
        self.base + (self.entries.len() - 1)
    }

    /// The term of the last entry.
    pub(crate) fn last_term(&self) -> Term {
        self.entries[self.entries.len() - 1].term
    }

    /// The term of the entry at `index`; `None` before the head and past the end.
    pub(crate) fn term_at(&self, index: Index) -> Option<Term> {
        Some(self.entries.get(self.position(index)?)?.term)
    }

    /// Whether the log has this very entry: same index and same term mean the same command, and
    /// the same log up to there (the Log Matching Property).
    pub(crate) fn has(&self, index: Index, term: Term) -> bool {
        self.term_at(index) == Some(term)
    }

    /// The position of `index` in `entries`; `None` before the head.
    fn position(&self, index: Index) -> Option<usize> {
        (index >= self.base).then(|| index - self.base)
    }

    /// The entry at `index`, which must be in the log and past its head.
    pub(crate) fn entry(&self, index: Index) -> &Entry {
        // TASK 2B: the entry at `index`
        let found = self.position(index).filter(|&position| position > 0);
        found.and_then(|position| self.entries.get(position)).unwrap_or_else(|| {
            panic!("index {index} was believed to lie after {} and by {}", self.base, self.last())
        })
    }

    /// Adds one entry at the end and says where it is.
    pub(crate) fn append(&mut self, entry: Entry) -> Index {
        // TASK 2B: add the entry at the end and say where it is
        self.entries.push_back(entry);
        self.mark_changed(self.last());
        self.last()
    }

    /// Takes over what a leader sent as following `previous` (rules 3 and 4 of AppendEntries in
    /// figure 2). Entries that are here already stay, and so do those in the snapshot, so a late
    /// or repeated message drops nothing; from the first that differs on, the leader's replace
    /// ours.
    pub(crate) fn merge(&mut self, previous: Index, entries: Vec<Entry>) {
        // TASK 2B: keep what agrees with these entries; from the first that differs on, replace
        //   yours by them; drop nothing else, for the message may be old (5.3; figure 2,
        //   AppendEntries)
        assert!(previous <= self.last(), "nothing can follow {previous}: the log ends before it");
        let mut index = previous;
        for entry in entries {
            index = index.next();
            if index <= self.base || self.has(index, entry.term) {
                continue;
            }
            if index <= self.last() {
                self.truncate(index);
            }
            self.append(entry);
        }
    }

    /// Makes the entry at `base` the head, discarding what lies before it (part 2D).
    pub(crate) fn compact(&mut self, base: Index) {
        // TASK 2D: discard what lies before `base`; the entry there becomes the head (7)
        let term = self.entry(base).term;
        self.entries.drain(..base - self.base);
        self.entries[0] = Entry { term, command: Bytes::new() };
        self.base = base;
        self.changed_from = self.changed_from.map(|first| first.max(base.next()));
    }
}

// FROM 2B: whatever else you want to ask of a log

impl Log {
    /// The entries from `first` on, as many as there is room for: none in 0 bytes, else one at
    /// least, however long.
    pub(crate) fn entries_from(&self, first: Index, bytes: usize) -> Vec<Entry> {
        assert!(first > self.base, "entries from {first} on were discarded: base {}", self.base);
        let mut room = bytes;
        let within = |entry: &&Entry| {
            let fits = room > 0 && (room == bytes || entry.size() <= room);
            room = room.saturating_sub(entry.size());
            fits
        };
        self.entries.range(first - self.base..).take_while(within).cloned().collect()
    }

    /// The first entry of the unbroken row of one term that ends at `index`, as far back as the
    /// log goes past its head.
    pub(crate) fn first_of_its_term(&self, index: Index) -> Index {
        let term = self.entry(index).term;
        // Terms never decrease along a log.
        let before = self.entries.partition_point(|entry| entry.term < term);
        self.base + before.max(1)
    }

    /// The last entry of `term` at or before `index`, the head included.
    pub(crate) fn last_of_term(&self, term: Term, index: Index) -> Option<Index> {
        let past = self.entries.partition_point(|entry| entry.term <= term);
        let last = (self.base + past.checked_sub(1)?).min(index);
        self.has(last, term).then_some(last)
    }

    /// Drops the entries from `first` on.
    fn truncate(&mut self, first: Index) {
        assert!(first > self.base, "the head entry is never dropped");
        self.entries.truncate(first - self.base);
        self.mark_changed(first);
    }

    /// Where the entries begin that were added or dropped by the present transition; `None` if
    /// there are none.
    pub(crate) fn changed_from(&self) -> Option<Index> {
        self.changed_from
    }

    /// The transition is settled: the log as it is now was checked and saved.
    pub(crate) fn mark_settled(&mut self) {
        self.changed_from = None;
    }

    /// Remembers that the log differs from what it was from `first` on.
    fn mark_changed(&mut self, first: Index) {
        self.changed_from = Some(self.changed_from.map_or(first, |earlier| earlier.min(first)));
    }

    /// The command of the entry at `index`, for its bytes to be kept elsewhere (part 2C).
    pub(crate) fn command_mut(&mut self, index: Index) -> &mut Bytes {
        assert!(index > self.base, "the head at {} has no command: asked for {index}", self.base);
        &mut self.entries[index - self.base].command
    }
}

impl Entry {
    /// What it takes up: its command, and the entry itself, or empty ones would cost nothing.
    pub(crate) fn size(&self) -> usize {
        size_of::<Entry>() + self.command.len()
    }
}

#[cfg(test)]
mod tests;
