//! The search for an order of one partition's operations: Wing and Gong's, with Lowe's memory of
//! dead ends.
//!
//! An operation may come next if it was called before anything unplaced had returned. The search
//! places one, goes on from there, and when it is stuck takes the last one back and tries another;
//! the most urgent first. What is free to be placed (see [`Outlook::Free`]) is placed without ever
//! trying another in its stead. It can be stopped at any step and resumed.

use crate::board::{Board, Outlook};
use crate::seen::{Placed, Seen};
use crate::timeline::{Timeline, Times};

/// How far a search has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Everything that returned has its place.
    Linearized,
    /// There is no order.
    Exhausted,
    /// It has used up its steps.
    Paused,
}

/// A search under way.
pub(crate) struct Search<B: Board> {
    board: B,
    timeline: Timeline,
    path: Vec<Move>,
    placed: Placed,
    seen: Seen<B::State>,
    /// Candidates up to this rank have been tried here; 0: none has.
    tried: u32,
    /// The longest order that was found.
    longest: Vec<u32>,
    steps: u64,
}

/// An operation placed.
#[derive(Clone, Copy)]
struct Move {
    operation: u32,
    is_free: bool,
}

/// What to do where the search stands.
enum Next {
    Free(usize),
    Try(usize),
    Nothing,
}

impl<B: Board> Search<B> {
    /// Starts with nothing placed. `exact`: dead ends are remembered in full.
    pub fn new(board: B, times: Vec<Times>, exact: bool) -> Search<B> {
        let is_pending: Vec<bool> = times.iter().map(|times| times.is_pending()).collect();
        let is_left_out = |operation| is_pending[operation] && board.is_pointless(operation);
        let timeline = Timeline::new(times, is_left_out);
        Search {
            board,
            timeline,
            path: Vec::new(),
            placed: Placed::default(),
            seen: Seen::new(exact),
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
        self.seen.len()
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
                Next::Free(operation) => {
                    let is_placed = self.place(operation, true);
                    debug_assert!(is_placed, "what is free can be placed");
                    is_placed
                }
                Next::Try(operation) => self.try_next(operation),
                Next::Nothing => {
                    self.remember(memory);
                    false
                }
            };
            if !is_open && !self.back() {
                return Progress::Exhausted;
            }
        }
    }

    /// The longest order found, and what could not be placed after it: the operation that had to
    /// come before all that were called after it returned.
    pub fn longest(&mut self) -> Vec<usize> {
        self.note_longest();
        self.longest.iter().map(|&operation| operation as usize).collect()
    }

    /// Places operations at the start, not to be taken back.
    pub fn begin_with(&mut self, order: &[usize]) {
        for &operation in order {
            if self.board.look(operation) == Outlook::Impossible || !self.place(operation, true) {
                return;
            }
        }
    }

    fn next(&mut self) -> Next {
        let mut best = (u32::MAX, None);
        for operation in self.timeline.candidates() {
            self.steps += 1;
            match self.board.look(operation) {
                Outlook::Free => return Next::Free(operation),
                Outlook::Impossible => {}
                Outlook::Possible => {
                    let rank = self.timeline.deadline_rank(operation);
                    if rank > self.tried && rank < best.0 {
                        best = (rank, Some(operation));
                    }
                }
            }
        }
        best.1.map_or(Next::Nothing, Next::Try)
    }

    /// Tries a candidate. False: this is a dead end known from before.
    fn try_next(&mut self, operation: usize) -> bool {
        if self.tried == 0 && self.is_known() {
            return false;
        }
        if !self.place(operation, false) {
            self.tried = self.timeline.deadline_rank(operation);
        }
        true
    }

    fn place(&mut self, operation: usize, is_free: bool) -> bool {
        let is_placed = self.board.place(operation);
        if is_placed {
            self.timeline.take_out(operation);
            self.placed = self.placed.toggled(operation);
            let number = u32::try_from(operation).expect("there are fewer than 2^32 operations");
            self.path.push(Move { operation: number, is_free });
            self.tried = 0;
        }
        is_placed
    }

    /// Goes back to the last choice. False: there is none left.
    fn back(&mut self) -> bool {
        self.note_longest();
        while let Some(Move { operation, is_free }) = self.path.pop() {
            let operation = operation as usize;
            self.board.take_back(operation);
            self.timeline.put_back(operation);
            self.placed = self.placed.toggled(operation);
            if !is_free {
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
        match &self.seen {
            Seen::Hashed(table) => table.contains(self.key()),
            Seen::Exact(set) => !set.is_empty() && set.contains(&self.exact_key()),
        }
    }

    /// This is a dead end.
    fn remember(&mut self, memory: usize) {
        // Where nothing was chosen nobody comes again.
        if self.seen.len() >= memory || self.path.is_empty() {
            return;
        }
        let key = self.key();
        let exact_key = matches!(self.seen, Seen::Exact(_)).then(|| self.exact_key());
        match &mut self.seen {
            Seen::Hashed(table) => table.insert(key),
            Seen::Exact(set) => drop(exact_key.map(|key| set.insert(key))),
        }
    }

    fn key(&self) -> u128 {
        self.placed.in_state(self.board.fingerprint())
    }

    fn exact_key(&self) -> (Vec<u64>, B::State) {
        let mut bits = vec![0; self.timeline.len().div_ceil(64)];
        for step in &self.path {
            bits[step.operation as usize / 64] |= 1 << (step.operation % 64);
        }
        (bits, self.board.state())
    }
}
