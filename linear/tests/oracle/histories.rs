//! Generates small histories of one key: with arbitrary reads, or from a simulated execution.

use linear::kv::{Action, History, Operation, PlainAction};
use proptest::prelude::*;
use std::time::Duration;

/// An operation.
#[derive(Debug, Clone)]
pub struct Record {
    pub client: u64,
    pub start: u64,
    pub end: u64,
    pub is_pending: bool,
    pub action: PlainAction,
}

impl Record {
    pub fn call(&self) -> Duration {
        Duration::from_nanos(self.start)
    }

    pub fn returned(&self) -> Option<Duration> {
        (!self.is_pending).then(|| Duration::from_nanos(self.end))
    }

    /// The operation relaxed: a write at any time or never, and no read at all.
    pub fn relaxed(&self) -> Option<Record> {
        let is_read = matches!(self.action, PlainAction::Get(_));
        (!is_read).then(|| Record { start: 0, is_pending: true, ..self.clone() })
    }
}

/// The checker's history of them.
pub fn history(records: &[Record]) -> History {
    let mut history = History::new();
    for record in records {
        let action = match &record.action {
            PlainAction::Get(value) => Action::Get(value),
            PlainAction::Put(text) => Action::Put(text),
            PlainAction::Append(text) => Action::Append(text),
        };
        let (call, returned) = (record.call(), record.returned());
        history.record(Operation { client: record.client, key: "k", action, call, returned });
    }
    history
}

fn text() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["", "a", "b", "c", "d", "ab", "aa", "ba", "x", "y", "z", "w"])
        .prop_map(String::from)
}

fn action() -> impl Strategy<Value = PlainAction> {
    prop_oneof![
        4 => Just(PlainAction::Get(String::new())),
        1 => text().prop_map(PlainAction::Put),
        4 => text().prop_map(PlainAction::Append),
    ]
}

/// An operation that takes effect at a moment, called and returning up to some moments away from
/// it.
fn record() -> impl Strategy<Value = Record> {
    let times = (0..12_u64, 0..4_u64, 0..4_u64);
    (0..4_u64, times, prop::bool::weighted(0.1), action()).prop_map(
        |(client, (moment, before, after), is_pending, action)| {
            let (start, end) = (moment.saturating_sub(before), moment + after);
            Record { client, start, end, is_pending, action }
        },
    )
}

fn records(most: usize) -> impl Strategy<Value = Vec<Record>> {
    prop::collection::vec(record(), 0..=most)
}

/// Operations whose reads return anything.
pub fn arbitrary_reads(most: usize) -> impl Strategy<Value = Vec<Record>> {
    let values = prop::collection::vec(prop::collection::vec(text(), 0..3), most);
    (records(most), values).prop_map(|(mut records, values)| {
        for (record, value) in records.iter_mut().zip(values) {
            if let PlainAction::Get(read) = &mut record.action {
                *read = value.concat();
            }
        }
        records
    })
}

/// Operations that took effect in the order they are listed in, of which some are then told
/// otherwise: a read returns what another one did, or an operation has some other times.
pub fn executed(most: usize) -> impl Strategy<Value = Vec<Record>> {
    let falsified =
        prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..3);
    (records(most), falsified).prop_map(|(mut records, falsified)| {
        // The middle of an interval, which is near to when it took effect.
        records.sort_by_key(|record| record.start + record.end);
        execute(&mut records);
        for (one, other) in falsified {
            falsify(&mut records, &one, &other);
        }
        records
    })
}

fn execute(records: &mut [Record]) {
    let mut value = String::new();
    let mut latest_call = 0;
    for record in records {
        // It takes effect after those listed before it, so it cannot have returned before them.
        latest_call = latest_call.max(record.start);
        record.end = record.end.max(latest_call);
        match &mut record.action {
            PlainAction::Get(read) => read.clone_from(&value),
            PlainAction::Put(_) | PlainAction::Append(_)
                if record.is_pending && record.client == 0 => {}
            PlainAction::Put(text) => value.clone_from(text),
            PlainAction::Append(text) => value += text,
        }
    }
}

fn falsify(records: &mut [Record], one: &prop::sample::Index, other: &prop::sample::Index) {
    if records.is_empty() {
        return;
    }
    let (one, other) = (one.index(records.len()), other.index(records.len()));
    let told = records[other].clone();
    match (&mut records[one].action, told.action) {
        (PlainAction::Get(read), PlainAction::Get(value)) => *read = value,
        _ => (records[one].start, records[one].end) = (told.start, told.end),
    }
}
