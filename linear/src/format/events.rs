//! Shared by the formats with a line for every event: the open calls of each process, and the order
//! in which to write events.

use super::Malformed;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What a line says of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// It was called.
    Invoke,
    /// It returned, and was carried out.
    Ok,
    /// It returned, and was not carried out.
    Fail,
    /// Its outcome is unknown: it stays pending.
    Info,
}

impl Event {
    /// The event of this name, which begins with a colon.
    pub fn named(name: &str, line: u64) -> Result<Event, Malformed> {
        match name {
            ":invoke" => Ok(Event::Invoke),
            ":ok" => Ok(Event::Ok),
            ":fail" => Ok(Event::Fail),
            ":info" => Ok(Event::Info),
            _ => {
                let problem =
                    format!("unknown event {name:?} (must be :invoke, :ok, :fail or :info)");
                Err(Malformed::at(line, problem))
            }
        }
    }
}

/// The calls that have not returned, by process.
pub(super) struct OpenCalls<Call> {
    calls: BTreeMap<u64, (u64, Call)>,
}

impl<Call> OpenCalls<Call> {
    pub fn new() -> Self {
        OpenCalls { calls: BTreeMap::new() }
    }

    /// A process calls. It must not have an open call.
    pub fn open(&mut self, process: u64, line: u64, call: Call) -> Result<(), Malformed> {
        match self.calls.insert(process, (line, call)) {
            None => Ok(()),
            Some((earlier, _)) => {
                let problem = format!(
                    "process {process} calls before its call in line {earlier} has returned"
                );
                Err(Malformed::at(line, problem))
            }
        }
    }

    /// A process returns: its call, and when it called.
    pub fn close(&mut self, process: u64, line: u64) -> Result<(Duration, Call), Malformed> {
        let closed = self.calls.remove(&process).map(|(called, call)| (moment(called), call));
        closed
            .ok_or_else(|| Malformed::at(line, format!("process {process} returns without a call")))
    }

    /// The calls that never returned: process, time, call.
    pub fn never_returned(self) -> impl Iterator<Item = (u64, Duration, Call)> {
        self.calls.into_iter().map(|(process, (line, call))| (process, moment(line), call))
    }
}

/// The time of a line.
pub(super) fn moment(line: u64) -> Duration {
    Duration::from_nanos(line)
}

/// An event to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// Of which operation.
    pub operation: usize,
    /// As which process.
    pub process: u64,
    /// Whether it returns.
    pub returns: bool,
}

/// The events of operations in the order of time; at one moment calls come before returns, so what
/// touches stays concurrent. A client with two open calls gets another process for one of them.
pub(super) fn entries(times: &[(u64, Duration, Option<Duration>)]) -> Vec<Entry> {
    let mut events: Vec<(Duration, bool, usize)> = Vec::new();
    for (operation, &(_, call, returned)) in times.iter().enumerate() {
        events.push((call, false, operation));
        events.extend(returned.map(|returned| (returned, true, operation)));
    }
    events.sort_unstable();
    let mut processes = Processes::new(times.iter().map(|&(client, ..)| client));
    let entry = |(_, returns, operation): (Duration, bool, usize)| {
        let process = if returns {
            processes.release(operation)
        } else {
            processes.take(operation, times[operation].0)
        };
        Entry { operation, process, returns }
    };
    events.into_iter().map(entry).collect()
}

/// Assigns a process to each operation while it is open.
struct Processes {
    busy: BTreeSet<u64>,
    by_operation: BTreeMap<usize, u64>,
    /// The clients, and the processes added to them.
    known: BTreeSet<u64>,
    added_last: u64,
}

impl Processes {
    fn new(clients: impl Iterator<Item = u64>) -> Processes {
        let known: BTreeSet<u64> = clients.collect();
        let added_last = known.last().copied().unwrap_or(0);
        Processes { busy: BTreeSet::new(), by_operation: BTreeMap::new(), known, added_last }
    }

    fn take(&mut self, operation: usize, client: u64) -> u64 {
        let mut process = client;
        if !self.busy.insert(client) {
            process = self.add();
            self.busy.insert(process);
        }
        self.by_operation.insert(operation, process);
        process
    }

    /// A process with a number that no client has: the next one, from 0 again after the largest.
    fn add(&mut self) -> u64 {
        loop {
            self.added_last = self.added_last.wrapping_add(1);
            if self.known.insert(self.added_last) {
                return self.added_last;
            }
        }
    }

    fn release(&mut self, operation: usize) -> u64 {
        let process = self.by_operation.remove(&operation).expect("what returns was called");
        self.busy.remove(&process);
        process
    }
}
