//! The key/value service as a plain [`Model`] with whole strings for states: the reference that the
//! tests compare [`History::check`](super::History::check) with.

use crate::model::Model;

/// The service as a [`Model`]. Much slower and larger than
/// [`History::check`](super::History::check), but obviously right.
pub struct Plain;

/// An operation with texts of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainOperation {
    /// The key it is about.
    pub key: String,
    /// What it does.
    pub action: PlainAction,
}

/// What an operation does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlainAction {
    /// Reads this value.
    Get(String),
    /// Replaces the value.
    Put(String),
    /// Appends to the value.
    Append(String),
}

impl Model for Plain {
    type Key = String;
    type Operation = PlainOperation;
    type State = String;

    fn key(&self, operation: &PlainOperation) -> String {
        operation.key.clone()
    }

    fn initial(&self) -> String {
        String::new()
    }

    fn apply(&self, state: &String, operation: &PlainOperation) -> Option<String> {
        match &operation.action {
            PlainAction::Get(value) => (value == state).then(|| state.clone()),
            PlainAction::Put(text) => Some(text.clone()),
            PlainAction::Append(text) => Some(state.clone() + text),
        }
    }

    fn apply_pending(&self, state: &String, operation: &PlainOperation) -> Option<String> {
        match operation.action {
            PlainAction::Get(_) => None,
            PlainAction::Put(_) | PlainAction::Append(_) => self.apply(state, operation),
        }
    }

    fn is_read_only(&self, operation: &PlainOperation, _: bool) -> bool {
        matches!(operation.action, PlainAction::Get(_))
    }
}
