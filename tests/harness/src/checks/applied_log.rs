//! The commands that were applied: one log for the whole test, which survives every crash.
//!
//! What each server applies is not kept. It is checked against this log as it arrives, in order and
//! without gaps. So what a server has applied in its present incarnation (since it last started) is
//! a prefix of this log, and only the length of the prefix is kept.

use super::property::{Property, Violation};
use std::fmt::Display;

/// Whether a server may apply an index again without having been restarted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redelivery {
    /// It may, with the same command: the course's plain applier.
    Allowed,
    /// It may not: the course's snapshotting applier.
    Refused,
}

/// Every command that was applied at any time by any server, by index.
#[derive(Debug)]
pub struct AppliedLog<V> {
    /// Index 1 first. Only grows.
    commands: Vec<Applied<V>>,
    /// By server: the highest index it has applied in its present incarnation.
    reached: Vec<u64>,
    redelivery: Redelivery,
}

/// A command that `server`, as leader of `term`, put at an index where another had been applied
/// before the server was asked to take it.
#[derive(Debug, Clone, Copy)]
pub struct Suspect {
    /// Who took the command.
    pub server: usize,
    /// In which term.
    pub term: u64,
    /// Where it put it.
    pub index: u64,
}

#[derive(Debug)]
struct Applied<V> {
    value: V,
    first_by: usize,
}

impl<V: Clone + PartialEq + Display> AppliedLog<V> {
    /// Nothing is applied yet.
    pub fn new(servers: usize, redelivery: Redelivery) -> AppliedLog<V> {
        AppliedLog { commands: Vec::new(), reached: vec![0; servers], redelivery }
    }

    /// The highest index that any server ever applied; 0 if none did.
    pub fn highest(&self) -> u64 {
        self.commands.len() as u64
    }

    /// The highest index that `server` has applied in its present incarnation; 0 if none.
    pub fn reached(&self, server: usize) -> u64 {
        self.reached[server]
    }

    /// What was applied at `index`.
    pub fn value(&self, index: u64) -> Option<&V> {
        self.at(index).map(|applied| &applied.value)
    }

    /// The commands from index 1 to `index`; some server must have applied them.
    pub fn up_to(&self, index: u64) -> impl Iterator<Item = &V> {
        self.commands[..index as usize].iter().map(|applied| &applied.value)
    }

    /// How many servers have applied `index` in their present incarnations.
    pub fn count(&self, index: u64) -> usize {
        self.reached.iter().filter(|reached| **reached >= index).count()
    }

    /// `server` begins a new incarnation, with nothing applied.
    pub fn restart(&mut self, server: usize) {
        self.reached[server] = 0;
    }

    /// `server` applied `value` at `index`.
    pub fn apply(&mut self, server: usize, index: u64, value: V) -> Result<(), Violation> {
        self.check_value(server, index, &value)?;
        self.check_order(server, index)?;
        if index > self.highest() {
            self.commands.push(Applied { value, first_by: server });
        }
        self.reached[server] = self.reached[server].max(index);
        Ok(())
    }

    /// `server` replaced all it had by a snapshot of the commands from index 1 on.
    pub fn ingest(&mut self, server: usize, values: &[V]) -> Result<(), Violation> {
        let index = values.len() as u64;
        if index > self.highest() {
            return Err(Violation::of(
                Property::SnapshotsIntact,
                format!(
                    "S{server} was given a snapshot up to index {index}, but no server has \
                     applied more than {}",
                    self.highest()
                ),
            ));
        }
        for (index, value) in (1..).zip(values) {
            self.check_value(server, index, value)?;
        }
        self.reached[server] = index;
        Ok(())
    }

    /// A leader put a command where something had been applied before it was asked. `latest` is a
    /// term that is at least as high as those in which that was committed: a leader of that term
    /// or a later one holds it all, and appends behind it.
    pub fn check_appended(&self, suspect: Suspect, latest: u64) -> Result<(), Violation> {
        let Suspect { server, term, index } = suspect;
        let Some(lost) = self.at(index).filter(|_| term >= latest) else { return Ok(()) };
        Err(Violation::of(
            Property::NothingVanishes,
            format!(
                "S{server}, leader of term {term}, put a new command at index {index}, where S{} \
                 had applied {} before",
                lost.first_by, lost.value
            ),
        ))
    }

    /// At the end of a test: what was ever applied is still applied by one of the `live` servers.
    /// That it is there with the same command was checked as it arrived.
    pub fn check_all_present(&self, live: impl Iterator<Item = usize>) -> Result<(), Violation> {
        let reached = live.map(|server| self.reached[server]).max().unwrap_or(0);
        let Some(lost) = self.at(reached + 1) else { return Ok(()) };
        Err(Violation::of(
            Property::NothingVanishes,
            format!(
                "S{} had applied {} at index {}, but at the end no server has applied more than \
                 index {reached}",
                lost.first_by,
                lost.value,
                reached + 1
            ),
        ))
    }

    fn at(&self, index: u64) -> Option<&Applied<V>> {
        self.commands.get(usize::try_from(index.checked_sub(1)?).ok()?)
    }

    fn check_value(&self, server: usize, index: u64, value: &V) -> Result<(), Violation> {
        let Some(earlier) = self.at(index).filter(|earlier| earlier.value != *value) else {
            return Ok(());
        };
        Err(Violation::of(
            Property::StateMachineSafety,
            format!(
                "at index {index} S{} applied {}, and S{server} {value}",
                earlier.first_by, earlier.value
            ),
        ))
    }

    fn check_order(&self, server: usize, index: u64) -> Result<(), Violation> {
        let reached = self.reached[server];
        let in_order = match self.redelivery {
            Redelivery::Allowed => (1..=reached + 1).contains(&index),
            Redelivery::Refused => index == reached + 1,
        };
        if in_order {
            return Ok(());
        }
        Err(Violation::of(
            Property::AppliedOrder,
            format!("S{server} applied index {index} after index {reached}"),
        ))
    }
}

#[cfg(test)]
mod tests;
