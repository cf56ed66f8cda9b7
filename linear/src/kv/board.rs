//! A key's operations on the board: what comes of a value, and which values lead nowhere.
//!
//! The state is a landmark (see [`super::landmarks`]), or no landmark at all: a value that nobody
//! sees any more, whatever is appended to it. That is exact: no value is compared by a hash.
//!
//! Four observations keep the search from trying what cannot work. Each speaks of the reads that
//! are not yet placed, and is checked against searches without them in the tests.
//!
//! 1. **Seen by nobody.** If no read has a value that begins with the present one, no read comes
//!    before the next put; which value it is no longer matters.
//! 2. **Must go on from here.** A read's value begins with what was put last before it. If every
//!    put that could be this (called before the read returned, and with a value that the read's
//!    begins with) is already placed, the read's value must begin with the present one.
//! 3. **Used up.** A landmark that only appends of certain texts lead to (no put leads to it or
//!    past it, no append jumps over it) is out of reach once these appends are placed and the
//!    present value does not begin with it; then so is every read below it.
//! 4. **Nothing to lose.** At a value seen by nobody, an append that leads to no landmark with a
//!    read below it can be placed at once, and so can a put whose value no read begins with. Take
//!    any order of what is left: no read comes between the operation and the next put, so it can
//!    be moved to the beginning. A pending one need never take effect.

use super::landmarks::{INITIAL, Landmarks};
use crate::board::{Board, Outlook};
use crate::index_set::IndexSet;
use crate::lists::Lists;
use crate::seen::random;

/// No landmark: a value that nobody sees.
pub(crate) const UNSEEN: u32 = u32::MAX;

/// What an operation is to the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Reads the value of this landmark, or one that is none; it is the `read`th read.
    Get { landmark: u32, read: u32 },
    /// Puts the value of this landmark, or one that is none.
    Put { landmark: u32 },
    /// Appends the text of this number.
    Append { text: u32 },
    /// Changes nothing and says nothing: the append of an empty text.
    Nothing,
}

/// What does not change during a search.
pub(crate) struct Layout {
    pub kinds: Vec<Kind>,
    pub is_pending: Vec<bool>,
    pub landmarks: Landmarks,
    /// Reads are numbered in the order of their landmarks: for each landmark, and one past the
    /// last, how many reads come before it.
    pub reads_before: Vec<u32>,
    /// For each text, the landmarks it leads to.
    pub targets: Lists<u32>,
    /// The landmarks that can be used up (observation 3).
    pub can_be_used_up: Vec<bool>,
    /// For each operation that puts: the reads that count it in [`KvBoard::sources`].
    pub dependents: Lists<u32>,
    pub prunes: bool,
}

/// The operations of a key, as far as they have been placed.
pub(crate) struct KvBoard {
    layout: Layout,
    at: u32,
    /// Where it was before each operation placed.
    trail: Vec<u32>,
    /// The reads not yet placed.
    unread: IndexSet,
    /// For each read, how many puts not yet placed could begin its value; or too many to count.
    sources: Vec<u32>,
    /// The reads not yet placed that have no such put.
    must_go_on: IndexSet,
    /// For each landmark that can be used up, the appends not yet placed that lead to it.
    supply: Vec<u32>,
}

/// More puts than are counted: some may always be left.
pub(crate) const UNCOUNTED: u32 = u32::MAX;

impl KvBoard {
    /// Nothing is placed. `sources` and `supply` as they are at the start.
    pub fn new(layout: Layout, sources: Vec<u32>, supply: Vec<u32>) -> KvBoard {
        let mut unread = IndexSet::new(sources.len());
        let mut must_go_on = IndexSet::new(sources.len());
        for (read, &count) in sources.iter().enumerate() {
            unread.insert(read);
            if count == 0 {
                must_go_on.insert(read);
            }
        }
        let at = INITIAL;
        let mut board =
            KvBoard { layout, at, trail: Vec::new(), unread, sources, must_go_on, supply };
        board.at = board.seen_or_not(INITIAL);
        board
    }

    /// The landmark, unless no read is left that would see it.
    fn seen_or_not(&self, landmark: u32) -> u32 {
        if landmark != UNSEEN && self.has_readers(landmark) { landmark } else { UNSEEN }
    }

    /// Whether a read's value begins with the landmark's.
    fn has_readers(&self, landmark: u32) -> bool {
        let (from, to) = self.reads_below(landmark);
        self.unread.has_between(from, to)
    }

    fn reads_below(&self, landmark: u32) -> (usize, usize) {
        let before = |landmark: u32| self.layout.reads_before[landmark as usize] as usize;
        (before(landmark), before(self.layout.landmarks.end(landmark)))
    }

    /// Where an append leads.
    fn appended(&self, text: u32) -> u32 {
        match self.at {
            UNSEEN => UNSEEN,
            landmark => self.layout.landmarks.step(landmark, text).unwrap_or(UNSEEN),
        }
    }

    /// Whether the reads that must go on can do so from here (observation 2).
    fn can_go_on(&self, next: u32) -> bool {
        if next == UNSEEN || self.must_go_on.is_empty() {
            return self.must_go_on.is_empty();
        }
        let (from, to) = self.reads_below(next);
        self.must_go_on.is_between(from, to)
    }

    /// Whether no read will see what this operation does, unless it is placed where one would see
    /// the value as it is.
    fn is_useless(&self, operation: usize) -> bool {
        match self.layout.kinds[operation] {
            Kind::Get { .. } | Kind::Nothing => false,
            Kind::Put { landmark } => self.seen_or_not(landmark) == UNSEEN,
            Kind::Append { text } => {
                !self.layout.targets.of(text).iter().any(|&target| self.has_readers(target))
            }
        }
    }

    /// What changing the value to `next` would mean.
    fn change(&self, operation: usize, next: u32) -> Outlook {
        if !self.layout.prunes {
            return Outlook::Possible;
        }
        if !self.can_go_on(next) {
            return Outlook::Impossible;
        }
        let is_pending = self.layout.is_pending[operation];
        if (self.at == UNSEEN || is_pending) && self.is_useless(operation) {
            return if is_pending { Outlook::Impossible } else { Outlook::Free };
        }
        Outlook::Possible
    }

    /// Places an append; false if that uses up a landmark.
    fn append(&mut self, text: u32, next: u32) -> bool {
        self.at = self.seen_or_not(next);
        let mut is_used_up = false;
        for &target in self.layout.targets.of(text) {
            let supply = &mut self.supply[target as usize];
            *supply -= 1;
            is_used_up |= *supply == 0
                && self.layout.prunes
                && self.layout.can_be_used_up[target as usize]
                && (self.at == UNSEEN || !self.layout.landmarks.leads_to(target, self.at))
                && self.has_readers(target);
        }
        !is_used_up
    }

    /// Places a put; false if a read would have had to go on from elsewhere.
    fn put(&mut self, operation: usize, next: u32) -> bool {
        for &read in self.layout.dependents.of(operation as u32) {
            let read = read as usize;
            self.sources[read] -= 1;
            if self.sources[read] == 0 && self.unread.contains(read) {
                self.must_go_on.insert(read);
            }
        }
        let can_go_on = !self.layout.prunes || self.can_go_on(next);
        self.at = self.seen_or_not(next);
        can_go_on
    }

    fn take_back_put(&mut self, operation: usize) {
        for &read in self.layout.dependents.of(operation as u32) {
            let read = read as usize;
            if self.sources[read] == 0 {
                self.must_go_on.remove(read);
            }
            self.sources[read] += 1;
        }
    }

    fn take_back_append(&mut self, text: u32) {
        for &target in self.layout.targets.of(text) {
            self.supply[target as usize] += 1;
        }
    }

    fn read(&mut self, read: u32) {
        self.unread.remove(read as usize);
        self.must_go_on.remove(read as usize);
        self.at = self.seen_or_not(self.at);
    }

    fn take_back_read(&mut self, read: u32) {
        self.unread.insert(read as usize);
        if self.sources[read as usize] == 0 {
            self.must_go_on.insert(read as usize);
        }
    }
}

impl Board for KvBoard {
    type State = u32;

    fn is_pointless(&self, operation: usize) -> bool {
        self.layout.prunes && self.is_useless(operation)
    }

    fn look(&self, operation: usize) -> Outlook {
        match self.layout.kinds[operation] {
            Kind::Get { landmark, .. } if landmark != self.at => Outlook::Impossible,
            Kind::Get { .. } | Kind::Nothing => Outlook::Free,
            Kind::Put { landmark } => self.change(operation, landmark),
            Kind::Append { text } => self.change(operation, self.appended(text)),
        }
    }

    fn place(&mut self, operation: usize) -> bool {
        self.trail.push(self.at);
        let is_placed = match self.layout.kinds[operation] {
            Kind::Nothing => true,
            Kind::Get { read, .. } => {
                self.read(read);
                true
            }
            Kind::Put { landmark } => self.put(operation, landmark),
            Kind::Append { text } => self.append(text, self.appended(text)),
        };
        if !is_placed {
            self.take_back(operation);
        }
        is_placed
    }

    fn take_back(&mut self, operation: usize) {
        match self.layout.kinds[operation] {
            Kind::Nothing => {}
            Kind::Get { read, .. } => self.take_back_read(read),
            Kind::Put { .. } => self.take_back_put(operation),
            Kind::Append { text } => self.take_back_append(text),
        }
        self.at = self.trail.pop().expect("what is taken back was placed");
    }

    fn state(&self) -> u32 {
        self.at
    }

    fn fingerprint(&self) -> u128 {
        random(u64::MAX - u64::from(self.at))
    }
}
