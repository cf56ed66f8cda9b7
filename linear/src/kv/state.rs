//! The search state of one key, and the pruning rules for values that grow by appends.
//!
//! The value is a visible one (see [`super::visible_values`]) or [`INVISIBLE`]: a value that no
//! read can observe, whatever is appended to it. That is exact: no value is compared by a hash.
//!
//! Four rules keep the search from trying what cannot work. Each considers the reads that are not
//! yet placed. The tests compare the verdicts with those of searches without the rules.
//!
//! 1. **Invisible.** If the present value is a prefix of no read's value, no read comes before the
//!    next put; which value it is no longer matters.
//! 2. **Must extend.** A read's value extends what was put last before it. If every put that could
//!    be this (called before the read returned, and with a prefix of the read's value) is already
//!    placed, the read's value must extend the present one.
//! 3. **Exhausted.** If a value is reached only by appends of certain texts (no put leads to it or
//!    past it, no append jumps over it), then it is out of reach once these appends are placed and
//!    the present value does not extend it; and so is every read that extends it.
//! 4. **Greedy.** At an invisible value, an append that leads to no value with readers can be
//!    placed at once, and so can a put whose value is a prefix of no read's. For in any order of
//!    what is left, no read comes between the operation and the next put, so it can be moved to the
//!    front. If such an operation is pending, it is dropped.

use super::visible_values::{INITIAL, VisibleValues};
use crate::index_set::IndexSet;
use crate::lists::Lists;
use crate::memo::random;
use crate::search_state::{CanPlace, SearchState};

/// In place of a visible value: one that no read can observe.
pub(crate) const INVISIBLE: u32 = u32::MAX;

/// An operation, as the search sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Reads this value, visible or not; it is the `read`th read.
    Get { value: u32, read: u32 },
    /// Puts this value, visible or not.
    Put { value: u32 },
    /// Appends the text of this number (see [`super::interned`]).
    Append { text: u32 },
    /// Changes nothing: the append of an empty text.
    NoOp,
}

/// What does not change during a search.
pub(crate) struct Layout {
    pub kinds: Vec<Kind>,
    pub is_pending: Vec<bool>,
    pub visible: VisibleValues,
    /// Reads are numbered in the order of their values: for each value, and one past the last, how
    /// many reads come before it.
    pub reads_before: Vec<u32>,
    /// For each text, the values that appending it leads to.
    pub targets: Lists<u32>,
    /// The values that can be exhausted (rule 3).
    pub is_exhaustible: Vec<bool>,
    /// For each put: the reads that count it in [`KvState::sources`].
    pub dependents: Lists<u32>,
    pub prunes: bool,
}

/// The state of one key after the operations placed so far.
pub(crate) struct KvState {
    layout: Layout,
    /// The present value.
    at: u32,
    /// The value before each operation placed.
    trail: Vec<u32>,
    /// The reads not yet placed.
    unread: IndexSet,
    /// For each read, how many unplaced puts could precede it (rule 2), or [`UNCOUNTED`].
    sources: Vec<u32>,
    /// The unplaced reads that have no such put: their values must extend the present one.
    must_extend: IndexSet,
    /// For each value, how many unplaced appends lead to it (rule 3).
    supply: Vec<u32>,
}

/// Instead of a count of puts that would be large: some are always left.
pub(crate) const UNCOUNTED: u32 = u32::MAX;

impl KvState {
    /// Nothing is placed. `sources` and `supply` as they are at the start.
    pub fn new(layout: Layout, sources: Vec<u32>, supply: Vec<u32>) -> KvState {
        let mut unread = IndexSet::new(sources.len());
        let mut must_extend = IndexSet::new(sources.len());
        for (read, &count) in sources.iter().enumerate() {
            unread.insert(read);
            if count == 0 {
                must_extend.insert(read);
            }
        }
        let at = INITIAL;
        let mut state =
            KvState { layout, at, trail: Vec::new(), unread, sources, must_extend, supply };
        state.at = state.visible_or_not(INITIAL);
        state
    }

    /// The value, unless no unplaced read can observe it any more (rule 1).
    fn visible_or_not(&self, value: u32) -> u32 {
        if value != INVISIBLE && self.has_readers(value) { value } else { INVISIBLE }
    }

    /// Whether an unplaced read's value is this one or extends it.
    fn has_readers(&self, value: u32) -> bool {
        let (from, to) = self.reads_below(value);
        self.unread.has_between(from, to)
    }

    fn reads_below(&self, value: u32) -> (usize, usize) {
        let before = |value: u32| self.layout.reads_before[value as usize] as usize;
        (before(value), before(self.layout.visible.end(value)))
    }

    /// The value after appending a text to the present one.
    fn appended(&self, text: u32) -> u32 {
        match self.at {
            INVISIBLE => INVISIBLE,
            value => self.layout.visible.step(value, text).unwrap_or(INVISIBLE),
        }
    }

    /// Whether all reads that must extend the present value can extend `next` instead (rule 2).
    fn can_extend(&self, next: u32) -> bool {
        if next == INVISIBLE || self.must_extend.is_empty() {
            return self.must_extend.is_empty();
        }
        let (from, to) = self.reads_below(next);
        self.must_extend.is_between(from, to)
    }

    /// Whether no read can observe the effect of this operation, placed at an invisible value (rule
    /// 4).
    fn is_useless(&self, operation: usize) -> bool {
        match self.layout.kinds[operation] {
            Kind::Get { .. } | Kind::NoOp => false,
            Kind::Put { value } => self.visible_or_not(value) == INVISIBLE,
            Kind::Append { text } => {
                !self.layout.targets.of(text).iter().any(|&target| self.has_readers(target))
            }
        }
    }

    /// Whether an operation that changes the value to `next` can be placed.
    fn change(&self, operation: usize, next: u32) -> CanPlace {
        if !self.layout.prunes {
            return CanPlace::Yes;
        }
        if !self.can_extend(next) {
            return CanPlace::No;
        }
        let is_pending = self.layout.is_pending[operation];
        if (self.at == INVISIBLE || is_pending) && self.is_useless(operation) {
            return if is_pending { CanPlace::No } else { CanPlace::Greedily };
        }
        CanPlace::Yes
    }

    /// Places an append; false if that exhausts a value which a read needs (rule 3).
    fn append(&mut self, text: u32, next: u32) -> bool {
        self.at = self.visible_or_not(next);
        let mut is_exhausted = false;
        for &target in self.layout.targets.of(text) {
            let supply = &mut self.supply[target as usize];
            *supply -= 1;
            is_exhausted |= *supply == 0
                && self.layout.prunes
                && self.layout.is_exhaustible[target as usize]
                && (self.at == INVISIBLE || !self.layout.visible.leads_to(target, self.at))
                && self.has_readers(target);
        }
        !is_exhausted
    }

    /// Places a put; false if a read would have had to extend another value (rule 2).
    fn put(&mut self, operation: usize, next: u32) -> bool {
        for &read in self.layout.dependents.of(operation as u32) {
            let read = read as usize;
            self.sources[read] -= 1;
            if self.sources[read] == 0 && self.unread.contains(read) {
                self.must_extend.insert(read);
            }
        }
        let can_extend = !self.layout.prunes || self.can_extend(next);
        self.at = self.visible_or_not(next);
        can_extend
    }

    fn undo_put(&mut self, operation: usize) {
        for &read in self.layout.dependents.of(operation as u32) {
            let read = read as usize;
            if self.sources[read] == 0 {
                self.must_extend.remove(read);
            }
            self.sources[read] += 1;
        }
    }

    fn undo_append(&mut self, text: u32) {
        for &target in self.layout.targets.of(text) {
            self.supply[target as usize] += 1;
        }
    }

    fn read(&mut self, read: u32) {
        self.unread.remove(read as usize);
        self.must_extend.remove(read as usize);
        self.at = self.visible_or_not(self.at);
    }

    fn undo_read(&mut self, read: u32) {
        self.unread.insert(read as usize);
        if self.sources[read as usize] == 0 {
            self.must_extend.insert(read as usize);
        }
    }
}

impl SearchState for KvState {
    type Value = u32;

    fn is_droppable(&self, operation: usize) -> bool {
        self.layout.prunes && self.is_useless(operation)
    }

    fn can_place(&self, operation: usize) -> CanPlace {
        match self.layout.kinds[operation] {
            Kind::Get { value, .. } if value != self.at => CanPlace::No,
            Kind::Get { .. } | Kind::NoOp => CanPlace::Greedily,
            Kind::Put { value } => self.change(operation, value),
            Kind::Append { text } => self.change(operation, self.appended(text)),
        }
    }

    fn place(&mut self, operation: usize) -> bool {
        self.trail.push(self.at);
        let is_placed = match self.layout.kinds[operation] {
            Kind::NoOp => true,
            Kind::Get { read, .. } => {
                self.read(read);
                true
            }
            Kind::Put { value } => self.put(operation, value),
            Kind::Append { text } => self.append(text, self.appended(text)),
        };
        if !is_placed {
            self.undo(operation);
        }
        is_placed
    }

    fn undo(&mut self, operation: usize) {
        match self.layout.kinds[operation] {
            Kind::NoOp => {}
            Kind::Get { read, .. } => self.undo_read(read),
            Kind::Put { .. } => self.undo_put(operation),
            Kind::Append { text } => self.undo_append(text),
        }
        self.at = self.trail.pop().expect("what is undone was placed");
    }

    fn value(&self) -> u32 {
        self.at
    }

    fn fingerprint(&self) -> u128 {
        random(u64::MAX - u64::from(self.at))
    }
}
