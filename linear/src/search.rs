//! The search for an order of one partition's operations (a linearization).
//!
//! The algorithm is Wing and Gong's (1993): an operation may come next if it was called before any
//! unplaced operation had returned. The search places one and goes on from there; at a dead end it
//! undoes the last one and tries another, in the order of their returns. Lowe
//! (2017) added the memo of dead ends ([`Memo`]): an operation set and value that failed before are
//! not searched again. Ours is the greedy step: an operation that can be placed without losing an
//! order ([`CanPlace::Greedily`]) is placed, and no other tried in its place.
//!
//! A search can be stopped at any step and resumed.

use crate::memo::{Memo, PlacedSet};
use crate::search_state::{CanPlace, SearchState};
use crate::timeline::{Timeline, Times};

/// The result of running a search for some steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Every operation that returned has been placed.
    Linearized,
    /// Every possibility was tried: there is no order.
    Exhausted,
    /// The steps are used up.
    Paused,
}

/// A search, at some step.
pub(crate) struct Search<S: SearchState> {
    state: S,
    timeline: Timeline,
    path: Vec<Move>,
    placed: PlacedSet,
    memo: Memo<S::Value>,
    /// Candidates up to this deadline rank have been tried here; 0: none has.
    tried: u32,
    /// The longest order that was found.
    longest: Vec<u32>,
    steps: u64,
}

/// An operation placed.
#[derive(Clone, Copy)]
struct Move {
    operation: u32,
    is_greedy: bool,
}

/// What to do next.
enum Next {
    PlaceGreedily(usize),
    Try(usize),
    DeadEnd,
}

impl<S: SearchState> Search<S> {
    /// Starts with nothing placed. `exact`: dead ends are remembered in full.
    pub fn new(state: S, times: Vec<Times>, exact: bool) -> Search<S> {
        let is_pending: Vec<bool> = times.iter().map(|times| times.is_pending()).collect();
        let is_left_out = |operation| is_pending[operation] && state.is_droppable(operation);
        let timeline = Timeline::new(times, is_left_out);
        Search {
            state,
            timeline,
            path: Vec::new(),
            placed: PlacedSet::default(),
            memo: Memo::new(exact),
            tried: 0,
            longest: Vec::new(),
            steps: 0,
        }
    }

    /// How many candidates have been looked at so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// How many dead ends are remembered.
    pub fn remembered(&self) -> usize {
        self.memo.len()
    }

    /// Searches until there is an outcome or that many steps have been taken in all; remembers up
    /// to `memory` dead ends.
    pub fn run(&mut self, until: u64, memory: usize) -> Progress {
        loop {
            if self.timeline.most_urgent().is_none() {
                return Progress::Linearized;
            }
            if self.steps >= until {
                return Progress::Paused;
            }
            let is_open = match self.next() {
                Next::PlaceGreedily(operation) => {
                    let is_placed = self.place(operation, true);
                    debug_assert!(is_placed, "what can be placed greedily can be placed");
                    is_placed
                }
                Next::Try(operation) => self.try_next(operation),
                Next::DeadEnd => {
                    self.remember(memory);
                    false
                }
            };
            if !is_open && !self.back() {
                return Progress::Exhausted;
            }
        }
    }

    /// The longest order found.
    pub fn longest(&mut self) -> Vec<usize> {
        self.note_longest();
        self.longest.iter().map(|&operation| operation as usize).collect()
    }

    /// Places operations at the start, never to be undone.
    pub fn begin_with(&mut self, order: &[usize]) {
        for &operation in order {
            if self.state.can_place(operation) == CanPlace::No || !self.place(operation, true) {
                return;
            }
        }
    }

    fn next(&mut self) -> Next {
        let mut best = (u32::MAX, None);
        for operation in self.timeline.candidates() {
            self.steps += 1;
            match self.state.can_place(operation) {
                CanPlace::Greedily => return Next::PlaceGreedily(operation),
                CanPlace::No => {}
                CanPlace::Yes => {
                    let rank = self.timeline.deadline_rank(operation);
                    if rank > self.tried && rank < best.0 {
                        best = (rank, Some(operation));
                    }
                }
            }
        }
        best.1.map_or(Next::DeadEnd, Next::Try)
    }

    /// Tries a candidate. False: this dead end is known already.
    fn try_next(&mut self, operation: usize) -> bool {
        if self.tried == 0 && self.is_known() {
            return false;
        }
        if !self.place(operation, false) {
            self.tried = self.timeline.deadline_rank(operation);
        }
        true
    }

    fn place(&mut self, operation: usize, is_greedy: bool) -> bool {
        let is_placed = self.state.place(operation);
        if is_placed {
            self.timeline.remove(operation);
            self.placed = self.placed.toggled(operation);
            let number = u32::try_from(operation).expect("there are fewer than 2^32 operations");
            self.path.push(Move { operation: number, is_greedy });
            self.tried = 0;
        }
        is_placed
    }

    /// Goes back to the last choice. False: there is none left.
    fn back(&mut self) -> bool {
        self.note_longest();
        while let Some(Move { operation, is_greedy }) = self.path.pop() {
            let operation = operation as usize;
            self.state.undo(operation);
            self.timeline.put_back(operation);
            self.placed = self.placed.toggled(operation);
            if !is_greedy {
                self.tried = self.timeline.deadline_rank(operation);
                return true;
            }
        }
        false
    }

    fn note_longest(&mut self) {
        if self.path.len() > self.longest.len() {
            self.longest.clear();
            self.longest.extend(self.path.iter().map(|step| step.operation));
        }
    }

    fn is_known(&self) -> bool {
        match &self.memo {
            Memo::Hashed(table) => table.contains(self.key()),
            Memo::Exact(set) => !set.is_empty() && set.contains(&self.exact_key()),
        }
    }

    /// Remembers this dead end, if there is memory left.
    fn remember(&mut self, memory: usize) {
        // A search returns to a node only after a choice, and here none was made.
        if self.memo.len() >= memory || self.path.is_empty() {
            return;
        }
        let key = self.key();
        let exact_key = matches!(self.memo, Memo::Exact(_)).then(|| self.exact_key());
        match &mut self.memo {
            Memo::Hashed(table) => table.insert(key),
            Memo::Exact(set) => drop(exact_key.map(|key| set.insert(key))),
        }
    }

    fn key(&self) -> u128 {
        self.placed.at_value(self.state.fingerprint())
    }

    fn exact_key(&self) -> (Vec<u64>, S::Value) {
        let mut bits = vec![0; self.timeline.len().div_ceil(64)];
        for step in &self.path {
            bits[step.operation as usize / 64] |= 1 << (step.operation % 64);
        }
        (bits, self.state.value())
    }
}
