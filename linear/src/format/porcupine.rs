//! Porcupine's logs of a key/value service: `{:process 0, :type :invoke, :f :append, :key "0",
//! :value "x 0 0 y"}`, and the same with `:ok` when it returns. A get is called with the value
//! `nil`. Texts are written as they are, without escapes.

use super::events::{Event, OpenCalls, entries, moment};
use super::{Malformed, NotRepresentable, lines};
use crate::kv::{Action, History, Operation};
use std::fmt::Write;

/// A line.
struct Line<'a> {
    process: u64,
    event: Event,
    verb: Verb,
    key: &'a str,
    value: &'a str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Get,
    Put,
    Append,
}

pub(super) fn read(text: &str) -> Result<History, Malformed> {
    let mut history = History::new();
    history.counts_lines = true;
    let mut open = OpenCalls::new();
    for (number, line) in lines(text) {
        let line = parse(line).map_err(|problem| problem.at(number))?;
        if line.event == Event::Invoke {
            open.open(line.process, number, line)?;
            continue;
        }
        let (call, called) = open.close(line.process, number)?;
        if (called.verb, called.key) != (line.verb, line.key) {
            return Err(Malformed::at(
                number,
                "this returns from another operation than the process called",
            ));
        }
        match line.event {
            Event::Ok if line.verb == Verb::Get => record(&mut history, &line, call, Some(number)),
            Event::Ok => record(&mut history, &called, call, Some(number)),
            Event::Info => record(&mut history, &called, call, None),
            Event::Fail | Event::Invoke => {}
        }
    }
    for (_, call, called) in open.never_returned() {
        record(&mut history, &called, call, None);
    }
    Ok(history)
}

fn record(
    history: &mut History,
    line: &Line<'_>,
    call: std::time::Duration,
    returned: Option<u64>,
) {
    let action = match line.verb {
        Verb::Get => Action::Get(line.value),
        Verb::Put => Action::Put(line.value),
        Verb::Append => Action::Append(line.value),
    };
    let (client, key, returned) = (line.process, line.key, returned.map(moment));
    history.record(Operation { client, key, action, call, returned });
}

/// What is wrong with a line.
enum Problem {
    Shape,
    Process,
    Event(String),
    Verb(String),
}

impl Problem {
    fn at(self, line: u64) -> Malformed {
        let problem = match self {
            Problem::Shape => String::from(
                "expected the form \
                 {:process 0, :type :invoke, :f :append, :key \"k\", :value \"text\"}",
            ),
            Problem::Process => String::from("the process must be a whole number"),
            Problem::Event(name) => match Event::named(&name, line) {
                Err(malformed) => malformed.problem,
                Ok(_) => name,
            },
            Problem::Verb(name) => {
                format!("unknown operation {name:?} (must be get, put or append)")
            }
        };
        Malformed::at(line, problem)
    }
}

fn parse(line: &str) -> Result<Line<'_>, Problem> {
    let parts = || -> Option<[&str; 5]> {
        let rest = line.trim().strip_prefix("{:process ")?.strip_suffix('}')?;
        let (process, rest) = rest.split_once(", :type ")?;
        let (event, rest) = rest.split_once(", :f :")?;
        let (verb, rest) = rest.split_once(", :key \"")?;
        let (key, value) = rest.split_once("\", :value ")?;
        Some([process, event, verb, key, value])
    };
    let [process, event, verb, key, value] = parts().ok_or(Problem::Shape)?;
    let quoted = || value.strip_prefix('"')?.strip_suffix('"');
    Ok(Line {
        process: process.parse().map_err(|_| Problem::Process)?,
        event: Event::named(event, 0).map_err(|_| Problem::Event(event.to_owned()))?,
        verb: match verb {
            "get" => Verb::Get,
            "put" => Verb::Put,
            "append" => Verb::Append,
            _ => return Err(Problem::Verb(verb.to_owned())),
        },
        key,
        value: if value == "nil" { "" } else { quoted().ok_or(Problem::Shape)? },
    })
}

pub(super) fn write(history: &History) -> Result<String, NotRepresentable> {
    let mut times = Vec::new();
    let mut lines = Vec::new();
    let mut problem = None;
    history.for_each(|operation| {
        let (verb, text) = match operation.action {
            // A checker without pending operations would take it for a read of some value.
            Action::Get(_) if operation.returned.is_none() => return,
            Action::Get(text) => ("get", text),
            Action::Put(text) => ("put", text),
            Action::Append(text) => ("append", text),
        };
        let cannot_hold = |text: &&str| text.contains(['"', '\n', '\r']);
        if let Some(text) = [operation.key, text].into_iter().find(cannot_hold) {
            problem = Some(format!("a Porcupine log cannot contain quotes or line ends: {text:?}"));
        }
        let key = operation.key;
        let asked = if verb == "get" { String::from("nil") } else { format!("\"{text}\"") };
        times.push((operation.client, operation.call, operation.returned));
        lines.push([
            format!(":invoke, :f :{verb}, :key \"{key}\", :value {asked}"),
            format!(":ok, :f :{verb}, :key \"{key}\", :value \"{text}\""),
        ]);
    });
    if let Some(problem) = problem {
        return Err(NotRepresentable(problem));
    }
    let mut text = String::new();
    for entry in entries(&times) {
        let line = &lines[entry.operation][usize::from(entry.returns)];
        let _ = writeln!(text, "{{:process {}, :type {line}}}", entry.process);
    }
    Ok(text)
}
