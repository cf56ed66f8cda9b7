//! Our own format: a line of JSON for every operation.
//!
//! Every line has `client` and `call`, and `return` unless it is pending; times are whole
//! nanoseconds. `op` is `get`, `put` or `append`, with `key` and `value`; or, of a register,
//! `read` or `write` with `value` (null: nothing was read), or `cas` with `from`, `to` and `ok`.

use super::{AnyHistory, Malformed, lines};
use crate::kv::{self, Action};
use crate::model::Timed;
use crate::register;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::time::Duration;

#[derive(Serialize, Deserialize)]
struct Line<'a> {
    client: u64,
    call: u64,
    #[serde(default, rename = "return", skip_serializing_if = "Option::is_none")]
    returned: Option<u64>,
    #[serde(flatten, borrow)]
    op: Op<'a>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "lowercase")]
enum Op<'a> {
    Get {
        key: Cow<'a, str>,
        #[serde(default)]
        value: Cow<'a, str>,
    },
    Put {
        key: Cow<'a, str>,
        value: Cow<'a, str>,
    },
    Append {
        key: Cow<'a, str>,
        value: Cow<'a, str>,
    },
    Read {
        #[serde(default)]
        value: Option<i64>,
    },
    Write {
        value: i64,
    },
    Cas {
        from: i64,
        to: i64,
        #[serde(default)]
        ok: bool,
    },
}

pub(super) fn read(text: &str) -> Result<AnyHistory, Malformed> {
    let mut keys = kv::History::new();
    let mut register = register::History::default();
    for (number, line) in lines(text) {
        let line: Line<'_> =
            serde_json::from_str(line).map_err(|error| malformed(number, &error))?;
        if line.returned.is_some_and(|returned| returned < line.call) {
            return Err(Malformed::at(number, "the operation returns before it is called"));
        }
        let (client, call) = (line.client, Duration::from_nanos(line.call));
        let returned = line.returned.map(Duration::from_nanos);
        match line.op.content() {
            Content::Key(key, action) => {
                keys.record(kv::Operation { client, key, action, call, returned });
            }
            Content::Register(operation) => {
                register.operations.push(Timed { client, call, returned, operation });
            }
        }
        if !keys.is_empty() && !register.operations.is_empty() {
            let problem = "operations on keys (get, put, append) and on a register (read, write, \
                           cas) cannot be mixed in one history";
            return Err(Malformed::at(number, problem));
        }
    }
    Ok(if register.operations.is_empty() {
        AnyHistory::KeyValue(keys)
    } else {
        AnyHistory::Register(register)
    })
}

/// serde's error about a line, which serde takes for the first.
fn malformed(line: u64, error: &serde_json::Error) -> Malformed {
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or(&said);
    Malformed::at(line, format!("column {}: {said}", error.column()))
}

/// The operation of a line.
enum Content<'a> {
    Key(&'a str, Action<'a>),
    Register(register::Operation),
}

impl Op<'_> {
    fn content(&self) -> Content<'_> {
        match self {
            Op::Get { key, value } => Content::Key(key, Action::Get(value)),
            Op::Put { key, value } => Content::Key(key, Action::Put(value)),
            Op::Append { key, value } => Content::Key(key, Action::Append(value)),
            Op::Read { value } => Content::Register(register::Operation::Read(*value)),
            Op::Write { value } => Content::Register(register::Operation::Write(*value)),
            Op::Cas { from, to, ok } => Content::Register(register::Operation::CompareAndSet {
                from: *from,
                to: *to,
                succeeded: *ok,
            }),
        }
    }
}

pub(super) fn write(history: &AnyHistory) -> String {
    match history {
        AnyHistory::KeyValue(history) => write_keys(history),
        AnyHistory::Register(history) => write_register(history),
    }
}

pub(super) fn write_keys(history: &kv::History) -> String {
    let mut text = String::new();
    history.for_each(|operation| {
        let kv::Operation { client, key, action, call, returned } = operation;
        let key = Cow::Borrowed(key);
        let op = match action {
            Action::Get(value) => Op::Get { key, value: value.into() },
            Action::Put(value) => Op::Put { key, value: value.into() },
            Action::Append(value) => Op::Append { key, value: value.into() },
        };
        append(&mut text, client, call, returned, op);
    });
    text
}

fn write_register(history: &register::History) -> String {
    let mut text = String::new();
    for &Timed { client, call, returned, operation } in &history.operations {
        let op = match operation {
            register::Operation::Read(value) => Op::Read { value },
            register::Operation::Write(value) => Op::Write { value },
            register::Operation::CompareAndSet { from, to, succeeded } => {
                Op::Cas { from, to, ok: succeeded }
            }
        };
        append(&mut text, client, call, returned, op);
    }
    text
}

fn append(text: &mut String, client: u64, call: Duration, returned: Option<Duration>, op: Op<'_>) {
    let nanoseconds = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    let (call, returned) = (nanoseconds(call), returned.map(nanoseconds));
    let line = serde_json::to_string(&Line { client, call, returned, op });
    *text += &line.expect("numbers and texts can be written as JSON");
    text.push('\n');
}
