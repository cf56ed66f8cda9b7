//! What a service does, as a sequential machine; and histories of any such service.

use crate::check::judge;
use crate::limits::Limits;
use crate::replay::Recorded;
use crate::verdict::Checked;
use std::collections::BTreeMap;
use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::time::Duration;

/// A sequential machine: what each operation does to a state, and which answers it may give.
pub trait Model {
    /// What separates operations that have nothing to do with each other.
    type Key: Ord + Display;

    /// What was asked and what was answered.
    type Operation: Debug;

    /// What an operation may find and leave.
    type State: Clone + Ord + Hash + Debug;

    /// The key it is about.
    fn key(&self, operation: &Self::Operation) -> Self::Key;

    /// The state of every key at the beginning.
    fn initial(&self) -> Self::State;

    /// What the operation leaves; nothing if it does not answer like this in this state.
    fn apply(&self, state: &Self::State, operation: &Self::Operation) -> Option<Self::State>;

    /// What it leaves if nobody heard the answer; nothing if it would change nothing.
    fn apply_unheard(
        &self,
        state: &Self::State,
        operation: &Self::Operation,
    ) -> Option<Self::State>;

    /// Whether it leaves every state as it is; `is_heard`: its answer is known.
    fn is_read_only(&self, operation: &Self::Operation, is_heard: bool) -> bool;

    /// What was asked and answered, for reports; `is_heard`: its answer is known.
    #[expect(unused_variables, reason = "whoever says it in other words may want to know")]
    fn describe(&self, operation: &Self::Operation, is_heard: bool) -> String {
        format!("{operation:?}")
    }

    /// A state, for reports.
    fn describe_state(&self, state: &Self::State) -> String {
        format!("{state:?}")
    }

    /// A time, for reports.
    fn moment(&self, nanoseconds: u64) -> String {
        crate::report::moment(nanoseconds, false)
    }
}

/// An operation, who asked for it, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timed<Operation> {
    /// Who asked.
    pub client: u64,
    /// When.
    pub call: Duration,
    /// When the answer came; `None` if it never did.
    pub returned: Option<Duration>,
    /// What was asked and answered.
    pub operation: Operation,
}

/// Whether a history of such operations is linearizable.
pub fn check<M: Model>(model: &M, history: &[Timed<M::Operation>], limits: &Limits<'_>) -> Checked {
    let mut keys: BTreeMap<M::Key, Vec<usize>> = BTreeMap::new();
    for (number, timed) in history.iter().enumerate() {
        if timed.returned.is_some() || !model.is_read_only(&timed.operation, false) {
            keys.entry(model.key(&timed.operation)).or_default().push(number);
        }
    }
    let partition = |numbers| Recorded { model, history, numbers };
    let partitions: Vec<_> = keys.into_values().map(partition).collect();
    judge(&partitions, limits)
}
