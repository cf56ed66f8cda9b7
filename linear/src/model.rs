//! The sequential specification of a service (a [`Model`]), and checking a history against it.

use crate::check::judge;
use crate::limits::Limits;
use crate::model_state::ModelHistory;
use crate::verdict::Checked;
use std::collections::BTreeMap;
use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::time::Duration;

/// A sequential specification: what each operation does to a state, and which answers it may give.
pub trait Model {
    /// Operations with different keys are independent of each other.
    type Key: Ord + Display;

    /// An operation and its answer.
    type Operation: Debug;

    /// The state of one key.
    type State: Clone + Ord + Hash + Debug;

    /// The key of an operation.
    fn key(&self, operation: &Self::Operation) -> Self::Key;

    /// The state of every key at the beginning.
    fn initial(&self) -> Self::State;

    /// The state after the operation; `None` if it cannot give this answer in this state.
    fn apply(&self, state: &Self::State, operation: &Self::Operation) -> Option<Self::State>;

    /// The state after a pending operation, whose answer is not known; `None` if it changes
    /// nothing.
    fn apply_pending(
        &self,
        state: &Self::State,
        operation: &Self::Operation,
    ) -> Option<Self::State>;

    /// Whether it changes no state. `has_returned`: its answer is known.
    fn is_read_only(&self, operation: &Self::Operation, has_returned: bool) -> bool;

    /// The operation and its answer, for reports. `has_returned`: its answer is known.
    #[expect(unused_variables, reason = "implementations may need it")]
    fn describe(&self, operation: &Self::Operation, has_returned: bool) -> String {
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

/// An operation, its client, and its times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timed<Operation> {
    /// The client that called.
    pub client: u64,
    /// When it was called.
    pub call: Duration,
    /// When it returned; `None` if it is pending.
    pub returned: Option<Duration>,
    /// The operation and its answer.
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
    let partition = |numbers| ModelHistory { model, history, numbers };
    let partitions: Vec<_> = keys.into_values().map(partition).collect();
    judge(&partitions, limits)
}
