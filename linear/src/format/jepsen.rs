//! Jepsen's logs of one register in etcd: `INFO  jepsen.util - 3 :invoke :cas [1 4]` with tabs
//! between the last four, and the same with `:ok`, `:fail` or `:info` when it ends.
//!
//! `:info` means that the outcome is not known: the operation may take effect at any time after its
//! call, or never. A read or write that `:fail`s was not carried out; a compare-and-set that
//! `:fail`s found another value than the expected one.

use super::events::{Event, OpenCalls, entries, moment};
use super::{Malformed, lines};
use crate::model::Timed;
use crate::register::{History, Operation};
use std::fmt::Write;

/// What marks a line of an operation.
pub(super) const MARK: &str = "jepsen.util - ";

pub(super) fn read(text: &str) -> Result<History, Malformed> {
    let mut history = History { operations: Vec::new(), counts_lines: true };
    let mut open = OpenCalls::new();
    for (number, line) in lines(text) {
        // Other lines of the log are skipped.
        let Some((_, line)) = line.split_once(MARK) else { continue };
        let line = Line::parse(line)
            .ok_or_else(|| Malformed::at(number, "expected process, event, operation and value"))?;
        let event = Event::named(line.event, number)?;
        if event == Event::Invoke {
            open.open(line.process, number, line)?;
            continue;
        }
        let (call, called) = open.close(line.process, number)?;
        if called.verb != line.verb {
            return Err(Malformed::at(
                number,
                "this returns from another operation than the process called",
            ));
        }
        let said = match event {
            Event::Ok if line.verb == ":read" => &line,
            _ => &called,
        };
        let operation = said.operation(event == Event::Ok, number)?;
        let is_compare = matches!(operation, Operation::CompareAndSet { .. });
        let returned = (event != Event::Info).then(|| moment(number));
        if event != Event::Fail || is_compare {
            history.operations.push(Timed { client: line.process, call, returned, operation });
        }
    }
    for (client, call, called) in open.never_returned() {
        let number = u64::try_from(call.as_nanos()).unwrap_or(0);
        let operation = called.operation(false, number)?;
        history.operations.push(Timed { client, call, returned: None, operation });
    }
    Ok(history)
}

/// A line, from the process on.
struct Line<'a> {
    process: u64,
    event: &'a str,
    verb: &'a str,
    value: &'a str,
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Option<Line<'a>> {
        let (process, rest) = line.trim().split_once(char::is_whitespace)?;
        let (event, rest) = rest.trim_start().split_once(char::is_whitespace)?;
        let (verb, value) = rest.trim_start().split_once(char::is_whitespace)?;
        Some(Line { process: process.parse().ok()?, event, verb, value: value.trim() })
    }

    fn operation(&self, succeeded: bool, line: u64) -> Result<Operation, Malformed> {
        let parsed = match self.verb {
            ":read" if self.value == "nil" => Some(Operation::Read(None)),
            ":read" => self.value.parse().ok().map(|value| Operation::Read(Some(value))),
            ":write" => self.value.parse().ok().map(Operation::Write),
            ":cas" => self.compare_and_set(succeeded),
            verb => {
                let problem = format!("unknown operation {verb:?} (must be :read, :write or :cas)");
                return Err(Malformed::at(line, problem));
            }
        };
        let problem = || format!("invalid value {:?} of a {}", self.value, self.verb);
        parsed.ok_or_else(|| Malformed::at(line, problem()))
    }

    fn compare_and_set(&self, succeeded: bool) -> Option<Operation> {
        let (from, to) = self.value.strip_prefix('[')?.strip_suffix(']')?.split_once(' ')?;
        let (from, to) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
        Some(Operation::CompareAndSet { from, to, succeeded })
    }
}

pub(super) fn write(history: &History) -> String {
    let times: Vec<_> =
        history.operations.iter().map(|timed| (timed.client, timed.call, timed.returned)).collect();
    let mut text = String::new();
    for entry in entries(&times) {
        let process = entry.process;
        let line = line(history.operations[entry.operation].operation, entry.returns);
        let _ = writeln!(text, "INFO  {MARK}{process}\t{line}");
    }
    text
}

fn line(operation: Operation, returns: bool) -> String {
    let done = if returns { ":ok" } else { ":invoke" };
    match operation {
        Operation::Read(Some(value)) if returns => format!("{done}\t:read\t{value}"),
        Operation::Read(_) => format!("{done}\t:read\tnil"),
        Operation::Write(value) => format!("{done}\t:write\t{value}"),
        Operation::CompareAndSet { from, to, succeeded } => {
            let done = if returns && !succeeded { ":fail" } else { done };
            format!("{done}\t:cas\t[{from} {to}]")
        }
    }
}
