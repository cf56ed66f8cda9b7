//! The log (5.3; empty until part 2B): appending, merging what a leader sent (truncating at a
//! conflict), compacting. The only place that turns an [`Index`] into a position.
//!
//! A log begins with a sentinel, an entry without a command, so that every entry has one before it.
//! At first the sentinel is at index 0, in term 0. When a snapshot replaces the beginning of the
//! log (part 2D, section 7), the sentinel has index and term of the last entry that the snapshot
//! covers.

use std::collections::VecDeque;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::types::{Index, Term};

/// One entry: a command and the term of the leader that received it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The term of the leader that appended it.
    pub term: Term,
    /// The service's command; its bytes are shared, not copied.
    pub command: Bytes,
}

/// A sentinel and the entries after it.
pub(crate) struct Log {
    /// The index of the sentinel: the last entry that the snapshot covers, 0 without a snapshot
    /// (lastIncludedIndex of figure 13). Never goes back.
    snapshot_index: Index,
    /// The sentinel, then the entries after it. Never empty.
    entries: VecDeque<Entry>,
    // FROM 2B
    /// The first index at which the log has changed in the present step.
    changed_from: Option<Index>,
}

impl Log {
    /// The log of a new server.
    pub(crate) fn new() -> Log {
        Log::after(Index(0), Term(0))
    }

    /// A log without entries, after a snapshot whose last entry has this index and term.
    pub(crate) fn after(snapshot_index: Index, term: Term) -> Log {
        let sentinel = Entry { term, command: Bytes::new() };
        Log {
            snapshot_index,
            entries: VecDeque::from([sentinel]),
            // FROM 2B
            changed_from: Some(snapshot_index.next()),
        }
    }

    /// The index of the sentinel: the snapshot covers everything up to it.
    pub(crate) fn snapshot_index(&self) -> Index {
        self.snapshot_index
    }

    /// The term of the sentinel.
    pub(crate) fn snapshot_term(&self) -> Term {
        self.entries[0].term
    }

    /// The index of the last entry; the sentinel's, if there is none.
    pub(crate) fn last(&self) -> Index {
        self.snapshot_index + (self.entries.len() - 1)
    }

    /// The term of the last entry; the sentinel's, if there is none.
    pub(crate) fn last_term(&self) -> Term {
        self.entries[self.entries.len() - 1].term
    }

    /// The term of the entry at `index`; `None` before the sentinel and after the last entry.
    pub(crate) fn term_at(&self, index: Index) -> Option<Term> {
        Some(self.entries.get(self.position(index)?)?.term)
    }

    /// Whether the log has the entry with this index and term. If it has, its command is the same
    /// too, and so is the log up to there (the Log Matching Property).
    pub(crate) fn has(&self, index: Index, term: Term) -> bool {
        self.term_at(index) == Some(term)
    }

    /// The position of `index` in `entries`; `None` before the sentinel.
    fn position(&self, index: Index) -> Option<usize> {
        (index >= self.snapshot_index).then(|| index - self.snapshot_index)
    }

    /// The entry at `index`.
    ///
    /// # Panics
    /// If the log does not have it; the sentinel does not count.
    pub(crate) fn entry(&self, index: Index) -> &Entry {
        // TASK 2B: the entry at `index`
        let found = self.position(index).filter(|&position| position > 0);
        found.and_then(|position| self.entries.get(position)).unwrap_or_else(|| {
            let first = self.snapshot_index.next();
            panic!("index {index} is not in the log (entries {first} to {})", self.last())
        })
    }

    /// Adds one entry at the end and returns its index.
    pub(crate) fn append(&mut self, entry: Entry) -> Index {
        // TASK 2B: add the entry at the end and return its index
        self.entries.push_back(entry);
        self.mark_changed(self.last());
        self.last()
    }

    /// Merges the entries that a leader sent after `previous` (rules 3 and 4 of AppendEntries in
    /// figure 2). From the first conflicting entry on (same index, other term), ours are truncated
    /// and replaced. Entries that the log or the snapshot has already are skipped, so a late or
    /// repeated message drops nothing.
    pub(crate) fn merge(&mut self, previous: Index, entries: Vec<Entry>) {
        // TASK 2B: keep what agrees with these entries; from the first that differs on, replace
        //   yours by them; drop nothing else, since the message may be old (5.3; figure 2,
        //   AppendEntries)
        let last = self.last();
        assert!(previous <= last, "cannot append after index {previous}: the log ends at {last}");
        let mut index = previous;
        for entry in entries {
            index = index.next();
            if index <= self.snapshot_index || self.has(index, entry.term) {
                continue;
            }
            if index <= self.last() {
                self.truncate(index);
            }
            self.append(entry);
        }
    }

    /// Discards the log up to and including `snapshot_index`, whose entry becomes the sentinel
    /// (part 2D).
    pub(crate) fn compact(&mut self, snapshot_index: Index) {
        // TASK 2D: discard what is before `snapshot_index`; the entry there becomes the sentinel
        //   (7)
        let term = self.entry(snapshot_index).term;
        self.entries.drain(..snapshot_index - self.snapshot_index);
        self.entries[0] = Entry { term, command: Bytes::new() };
        self.snapshot_index = snapshot_index;
        self.changed_from = self.changed_from.map(|first| first.max(snapshot_index.next()));
    }
}

// FROM 2B: whatever else you need of a log

impl Log {
    /// The entries from `first` on, at most `bytes` of them: none for 0, else at least one.
    pub(crate) fn entries_from(&self, first: Index, bytes: usize) -> Vec<Entry> {
        let discarded = self.snapshot_index;
        assert!(first > discarded, "entry {first} is discarded: the snapshot covers {discarded}");
        let mut room = bytes;
        let within = |entry: &&Entry| {
            let fits = room > 0 && (room == bytes || entry.size() <= room);
            room = room.saturating_sub(entry.size());
            fits
        };
        self.entries.range(first - self.snapshot_index..).take_while(within).cloned().collect()
    }

    /// The first entry of the term that the entry at `index` has, as far back as the log goes.
    pub(crate) fn first_of_its_term(&self, index: Index) -> Index {
        let term = self.entry(index).term;
        // Terms never decrease along a log.
        let before = self.entries.partition_point(|entry| entry.term < term);
        self.snapshot_index + before.max(1)
    }

    /// The last entry of `term` at or before `index`, the sentinel included.
    pub(crate) fn last_of_term(&self, term: Term, index: Index) -> Option<Index> {
        let past = self.entries.partition_point(|entry| entry.term <= term);
        let last = (self.snapshot_index + past.checked_sub(1)?).min(index);
        self.has(last, term).then_some(last)
    }

    /// Drops the entries from `first` on: they conflict with the leader's.
    fn truncate(&mut self, first: Index) {
        assert!(first > self.snapshot_index, "cannot truncate at {first}: the snapshot covers it");
        self.entries.truncate(first - self.snapshot_index);
        self.mark_changed(first);
    }

    /// The first index at which the log has changed in the present step; `None` if it has not.
    pub(crate) fn changed_from(&self) -> Option<Index> {
        self.changed_from
    }

    /// The step ends: the log as it is now is checked and saved.
    pub(crate) fn clear_changes(&mut self) {
        self.changed_from = None;
    }

    /// Notes that the log has changed from `first` on.
    fn mark_changed(&mut self, first: Index) {
        self.changed_from = Some(self.changed_from.map_or(first, |earlier| earlier.min(first)));
    }

    /// The command of the entry at `index`, to be replaced by an equal one that shares its bytes
    /// with the saved state (part 2C).
    pub(crate) fn command_mut(&mut self, index: Index) -> &mut Bytes {
        assert!(index > self.snapshot_index, "no command at {index}: it is discarded");
        &mut self.entries[index - self.snapshot_index].command
    }
}

impl Entry {
    /// Its size in memory: the command and the entry itself, so that empty commands count too.
    pub(crate) fn size(&self) -> usize {
        size_of::<Entry>() + self.command.len()
    }
}

#[cfg(test)]
mod tests;
