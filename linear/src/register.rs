//! The model of one register with read, write and compare-and-set of whole numbers, as in Jepsen's
//! logs of etcd.

use crate::limits::Limits;
use crate::model::{Model, Timed, check};
use crate::verdict::Checked;

/// What an operation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Read this; `None` if nothing had been written.
    Read(Option<i64>),
    /// Wrote this.
    Write(i64),
    /// Wrote `to` if the register held `from`.
    CompareAndSet {
        /// The value to compare with.
        from: i64,
        /// The value to set.
        to: i64,
        /// Whether the register held `from`. Ignored if the operation is pending.
        succeeded: bool,
    },
}

/// The operations of all clients.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct History {
    /// In the order they were recorded in.
    pub operations: Vec<Timed<Operation>>,
    /// Times are line numbers of a file, as nanoseconds.
    pub counts_lines: bool,
}

impl History {
    /// Whether it is linearizable.
    pub fn check(&self, limits: &Limits<'_>) -> Checked {
        check(&Register { counts_lines: self.counts_lines }, &self.operations, limits)
    }
}

/// The register as a [`Model`].
#[derive(Debug, Default, Clone, Copy)]
pub struct Register {
    /// Reports show line numbers of a file instead of times.
    pub counts_lines: bool,
}

impl Model for Register {
    type Key = &'static str;
    type Operation = Operation;
    type State = Option<i64>;

    fn key(&self, _: &Operation) -> &'static str {
        ""
    }

    fn initial(&self) -> Option<i64> {
        None
    }

    fn apply(&self, state: &Option<i64>, operation: &Operation) -> Option<Option<i64>> {
        match *operation {
            Operation::Read(value) => (value == *state).then_some(*state),
            Operation::Write(value) => Some(Some(value)),
            Operation::CompareAndSet { from, to, succeeded } => {
                let holds = *state == Some(from);
                (holds == succeeded).then_some(if holds { Some(to) } else { *state })
            }
        }
    }

    fn apply_pending(&self, state: &Option<i64>, operation: &Operation) -> Option<Option<i64>> {
        let next = match *operation {
            Operation::Read(_) => None,
            Operation::Write(value) => Some(Some(value)),
            Operation::CompareAndSet { from, to, .. } => (*state == Some(from)).then_some(Some(to)),
        };
        next.filter(|next| next != state)
    }

    fn is_read_only(&self, operation: &Operation, has_returned: bool) -> bool {
        match *operation {
            Operation::Read(_) => true,
            Operation::Write(_) => false,
            Operation::CompareAndSet { succeeded, .. } => has_returned && !succeeded,
        }
    }

    fn describe(&self, operation: &Operation, has_returned: bool) -> String {
        match *operation {
            Operation::Read(value) => format!("read -> {}", self.describe_state(&value)),
            Operation::Write(value) => format!("write {value}"),
            Operation::CompareAndSet { from, to, succeeded } => {
                let outcome = match (has_returned, succeeded) {
                    (false, _) => "",
                    (true, true) => " -> done",
                    (true, false) => " -> not done",
                };
                format!("compare and set {from} to {to}{outcome}")
            }
        }
    }

    fn describe_state(&self, state: &Option<i64>) -> String {
        state.map_or(String::from("nil"), |value| value.to_string())
    }

    fn moment(&self, nanoseconds: u64) -> String {
        crate::report::moment(nanoseconds, self.counts_lines)
    }
}

#[cfg(test)]
mod tests;
