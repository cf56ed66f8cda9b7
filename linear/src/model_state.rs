//! The search state of any [`Model`]: the model's states after each operation placed.

use crate::explain::Describe;
use crate::memo::random;
use crate::model::{Model, Timed};
use crate::partition::{Partition, SearchOperation, SearchOptions};
use crate::search_state::{CanPlace, SearchState};
use crate::timeline::{NEVER, Times};
use std::hash::{Hash, Hasher};
use std::time::Duration;

/// A key's operations in a history of a model.
pub(crate) struct ModelHistory<'a, M: Model> {
    pub model: &'a M,
    pub history: &'a [Timed<M::Operation>],
    /// Which of the history's operations these are.
    pub numbers: Vec<usize>,
}

impl<M: Model> ModelHistory<'_, M> {
    fn timed(&self, operation: usize) -> &Timed<M::Operation> {
        &self.history[self.numbers[operation]]
    }
}

impl<'a, M: Model> Partition for ModelHistory<'a, M> {
    type State = ModelState<'a, M>;

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

    fn initial_state(&self, operations: &[SearchOperation], _: SearchOptions) -> ModelState<'a, M> {
        let operation = |searched: &SearchOperation| {
            let timed = &self.history[self.numbers[searched.operation]];
            (&timed.operation, searched.times.is_pending())
        };
        ModelState {
            model: self.model,
            operations: operations.iter().map(operation).collect(),
            states: vec![self.model.initial()],
        }
    }
}

impl<M: Model> Describe for ModelHistory<'_, M> {
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
                None => self.model.apply_pending(&state, &timed.operation),
            };
            next.unwrap_or(state)
        });
        let state = self.model.describe_state(&state);
        format!("{}, where the state could only be {state}", self.describe(stuck, &[]))
    }
}

/// Times in nanoseconds, as the search counts them.
pub(crate) fn times(call: Duration, returned: Option<Duration>) -> Times {
    // Up to 584 years; what is later counts as the last moment before never.
    let nanoseconds =
        |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(NEVER).min(NEVER - 1);
    Times { call: nanoseconds(call), returned: returned.map_or(NEVER, nanoseconds) }
}

/// The operations of a key, and the states they went through.
pub(crate) struct ModelState<'a, M: Model> {
    model: &'a M,
    /// Each with whether it is pending.
    operations: Vec<(&'a M::Operation, bool)>,
    /// The initial one, and the one after each operation placed: the last is the present one.
    states: Vec<M::State>,
}

impl<M: Model> ModelState<'_, M> {
    fn present(&self) -> &M::State {
        self.states.last().expect("there is the initial state at least")
    }

    fn next(&self, operation: usize) -> Option<M::State> {
        match self.operations[operation] {
            (operation, true) => self.model.apply_pending(self.present(), operation),
            (operation, false) => self.model.apply(self.present(), operation),
        }
    }
}

impl<M: Model> SearchState for ModelState<'_, M> {
    type Value = M::State;

    fn is_droppable(&self, operation: usize) -> bool {
        let (operation, is_pending) = self.operations[operation];
        self.model.is_read_only(operation, !is_pending)
    }

    fn can_place(&self, operation: usize) -> CanPlace {
        match self.next(operation) {
            None => CanPlace::No,
            Some(_) if self.is_droppable(operation) => CanPlace::Greedily,
            Some(_) => CanPlace::Yes,
        }
    }

    fn place(&mut self, operation: usize) -> bool {
        let next = self.next(operation);
        next.map(|state| self.states.push(state)).is_some()
    }

    fn undo(&mut self, _: usize) {
        self.states.pop();
    }

    fn value(&self) -> M::State {
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
