//! The commands that were given to `start`, and where leaders put them: no other command may be
//! applied, and none at another index.

use super::applied_log::AppliedLog;
use super::property::{Property, Violation};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

/// Every command that any server was asked to take, and where leaders put those they took.
#[derive(Debug)]
pub struct Started<V> {
    asked: BTreeSet<V>,
    /// By index, then by the term of the leader that put it there.
    placed: BTreeMap<(u64, u64), V>,
}

impl<V: Clone + Ord + Display> Started<V> {
    /// No command was given yet.
    pub fn new() -> Started<V> {
        Started { asked: BTreeSet::new(), placed: BTreeMap::new() }
    }

    /// A server is about to be asked to take `value`.
    pub fn ask(&mut self, value: V) {
        self.asked.insert(value);
    }

    /// `server` has put `value` at `index`, as leader of `term`: nothing else went there in this
    /// term.
    pub fn place(
        &mut self,
        server: usize,
        index: u64,
        term: u64,
        value: V,
    ) -> Result<(), Violation> {
        let Some(earlier) = self.placed.insert((index, term), value.clone()) else {
            return Ok(());
        };
        Err(Violation::of(
            Property::LeaderAppendOnly,
            format!(
                "S{server}, leader of term {term}, put {earlier} at index {index}, and {value}"
            ),
        ))
    }

    /// A server that crashed meanwhile has put `value` at `index`, as leader of `term`. It may have
    /// saved that.
    pub fn may_be_at(&mut self, index: u64, term: u64, value: V) {
        self.placed.entry((index, term)).or_insert(value);
    }

    /// `server` applied `value` at `index`: some server must have been given it.
    pub fn check_asked(&self, server: usize, index: u64, value: &V) -> Result<(), Violation> {
        if self.asked.contains(value) {
            return Ok(());
        }
        Err(Violation::of(
            Property::OnlyCommands,
            format!("S{server} applied {value} at index {index}, a command that no test started"),
        ))
    }

    /// At the end of a test: what was applied at an index was put there by a leader. (While a
    /// test runs, a command may be applied before its `start` has returned.)
    pub fn check_all_placed(&self, applied: &AppliedLog<V>) -> Result<(), Violation>
    where
        V: PartialEq,
    {
        let mut record =
            (1..=applied.highest()).filter_map(|index| Some((index, applied.value(index)?)));
        let is_strange = |&(index, value): &(u64, &V)| {
            let mut placed = self.placed.range((index, 0)..=(index, u64::MAX));
            !placed.any(|(_, placed)| placed == value)
        };
        let Some((index, value)) = record.find(is_strange) else { return Ok(()) };
        Err(Violation::of(
            Property::OnlyCommands,
            format!("{value} was applied at index {index}, where no leader had put it"),
        ))
    }
}

impl<V: Clone + Ord + Display> Default for Started<V> {
    fn default() -> Started<V> {
        Started::new()
    }
}

#[cfg(test)]
mod tests {
    use super::super::applied_log::Redelivery;
    use super::*;

    fn applied(values: &[u32]) -> AppliedLog<u32> {
        let mut record = AppliedLog::new(1, Redelivery::Refused);
        for (index, value) in (1..).zip(values) {
            record.apply(0, index, *value).unwrap();
        }
        record
    }

    #[test]
    fn only_what_somebody_was_asked_to_take_may_be_applied() {
        let mut started = Started::new();
        started.ask(7);
        started.check_asked(0, 1, &7).unwrap();
        let violation = started.check_asked(2, 1, &8).unwrap_err();
        assert_eq!(violation.property, Property::OnlyCommands);
        assert_eq!(violation.what, "S2 applied 8 at index 1, a command that no test started");
    }

    #[test]
    fn a_command_is_applied_where_a_leader_put_it_and_nowhere_else() {
        let mut started = Started::new();
        started.place(0, 1, 1, 7).unwrap();
        started.place(0, 2, 1, 7).unwrap(); // A retry.
        started.place(1, 2, 2, 8).unwrap(); // Of another leader, overwritten.
        started.check_all_placed(&applied(&[7, 7])).unwrap();
        let violation = started.check_all_placed(&applied(&[7, 8, 7])).unwrap_err();
        assert_eq!(violation.what, "7 was applied at index 3, where no leader had put it");
    }

    #[test]
    fn a_command_may_be_where_a_crashed_leader_has_put_it() {
        let mut started = Started::new();
        started.place(0, 1, 1, 7).unwrap();
        started.may_be_at(2, 1, 8);
        started.check_all_placed(&applied(&[7])).unwrap();
        started.check_all_placed(&applied(&[7, 8])).unwrap();
        started.check_all_placed(&applied(&[8, 8])).unwrap_err();
    }

    #[test]
    fn a_leader_that_puts_two_commands_in_one_place_is_told() {
        let mut started = Started::new();
        started.place(0, 1, 4, 7).unwrap();
        started.place(1, 1, 5, 8).unwrap();
        let violation = started.place(0, 1, 4, 8).unwrap_err();
        assert_eq!(violation.property, Property::LeaderAppendOnly);
        assert_eq!(violation.what, "S0, leader of term 4, put 7 at index 1, and 8");
    }
}
