//! Any [`Model`] on the board, by keeping the state before each operation placed.

use crate::board::{Board, Outlook};
use crate::explain::Narrate;
use crate::model::{Model, Timed};
use crate::partition::{Manner, Part, Partition};
use crate::seen::random;
use crate::timeline::{NEVER, Times};
use std::hash::{Hash, Hasher};
use std::time::Duration;

/// A key's operations in a history of a model.
pub(crate) struct Recorded<'a, M: Model> {
    pub model: &'a M,
    pub history: &'a [Timed<M::Operation>],
    /// Which of the history's operations these are.
    pub numbers: Vec<usize>,
}

impl<M: Model> Recorded<'_, M> {
    fn timed(&self, operation: usize) -> &Timed<M::Operation> {
        &self.history[self.numbers[operation]]
    }
}

impl<'a, M: Model> Partition for Recorded<'a, M> {
    type Board = Replay<'a, M>;

    const CAN_PRUNE: bool = false;

    fn len(&self) -> usize {
        self.numbers.len()
    }

    fn times(&self, operation: usize) -> Times {
        let timed = self.timed(operation);
        times(timed.call, timed.returned)
    }

    fn is_read_only(&self, operation: usize) -> bool {
        let timed = self.timed(operation);
        self.model.is_read_only(&timed.operation, timed.returned.is_some())
    }

    fn board(&self, parts: &[Part], _: Manner) -> Replay<'a, M> {
        let operation = |part: &Part| {
            let timed = &self.history[self.numbers[part.operation]];
            (&timed.operation, part.times.is_pending())
        };
        Replay {
            model: self.model,
            operations: parts.iter().map(operation).collect(),
            states: vec![self.model.initial()],
        }
    }
}

impl<M: Model> Narrate for Recorded<'_, M> {
    fn key(&self) -> String {
        self.model.key(&self.timed(0).operation).to_string()
    }

    fn number(&self, operation: usize) -> usize {
        self.numbers[operation]
    }

    fn client(&self, operation: usize) -> u64 {
        self.timed(operation).client
    }

    fn describe(&self, operation: usize, _: &[usize]) -> String {
        let timed = self.timed(operation);
        self.model.describe(&timed.operation, timed.returned.is_some())
    }

    fn moment(&self, nanoseconds: u64) -> String {
        self.model.moment(nanoseconds)
    }

    fn reason(&self, order: &[usize], stuck: usize) -> String {
        let state = order.iter().fold(self.model.initial(), |state, &operation| {
            let timed = self.timed(operation);
            let next = match timed.returned {
                Some(_) => self.model.apply(&state, &timed.operation),
                None => self.model.apply_unheard(&state, &timed.operation),
            };
            next.unwrap_or(state)
        });
        let state = self.model.describe_state(&state);
        format!("{}, where the state could only be {state}", self.describe(stuck, &[]))
    }
}

/// Times as the search counts them.
pub(crate) fn times(call: Duration, returned: Option<Duration>) -> Times {
    // 584 years; what comes later comes at the same time, but before never.
    let nanoseconds =
        |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(NEVER).min(NEVER - 1);
    Times { call: nanoseconds(call), returned: returned.map_or(NEVER, nanoseconds) }
}

/// The operations of a key, and the states they went through.
pub(crate) struct Replay<'a, M: Model> {
    model: &'a M,
    /// Each with whether nobody heard its answer.
    operations: Vec<(&'a M::Operation, bool)>,
    /// Before each operation placed, and the present one.
    states: Vec<M::State>,
}

impl<M: Model> Replay<'_, M> {
    fn present(&self) -> &M::State {
        self.states.last().expect("there is the initial state at least")
    }

    fn next(&self, operation: usize) -> Option<M::State> {
        match self.operations[operation] {
            (operation, true) => self.model.apply_unheard(self.present(), operation),
            (operation, false) => self.model.apply(self.present(), operation),
        }
    }
}

impl<M: Model> Board for Replay<'_, M> {
    type State = M::State;

    fn is_pointless(&self, operation: usize) -> bool {
        let (operation, is_unheard) = self.operations[operation];
        self.model.is_read_only(operation, !is_unheard)
    }

    fn look(&self, operation: usize) -> Outlook {
        match self.next(operation) {
            None => Outlook::Impossible,
            Some(_) if self.is_pointless(operation) => Outlook::Free,
            Some(_) => Outlook::Possible,
        }
    }

    fn place(&mut self, operation: usize) -> bool {
        let next = self.next(operation);
        next.map(|state| self.states.push(state)).is_some()
    }

    fn take_back(&mut self, _: usize) {
        self.states.pop();
    }

    fn state(&self) -> M::State {
        self.present().clone()
    }

    fn fingerprint(&self) -> u128 {
        let mut mixer = Mixer(1);
        self.present().hash(&mut mixer);
        mixer.0
    }
}

/// Mixes what a state is made of into 128 bits, the same way everywhere.
struct Mixer(u128);

impl Mixer {
    fn mix(&mut self, word: u64) {
        let mixed = (self.0 ^ random(word)).wrapping_mul(0x0DA9_42FC_1B4C_6D5E_9F3B_27A1_83C7_5E35);
        self.0 = mixed ^ (mixed >> 61);
    }
}

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0 as u64
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.mix(u64::from_le_bytes(word));
        }
        self.mix(bytes.len() as u64);
    }
}
