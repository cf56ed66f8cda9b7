//! Recording what clients of a key/value service did and saw.

use super::board::KvBoard;
use super::layout::{self, Effect, Placeable};
use crate::check::judge;
use crate::limits::Limits;
use crate::partition::{Manner, Part, Partition};
use crate::replay;
use crate::timeline::Times;
use crate::trie::{Position, Trie};
use crate::verdict::Checked;
use std::collections::BTreeMap;
use std::time::Duration;

/// An operation as it is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation<'a> {
    /// Who asked. A client has one operation at a time, but nothing here depends on it.
    pub client: u64,
    /// The key it is about.
    pub key: &'a str,
    /// What was asked, and what a get returned.
    pub action: Action<'a>,
    /// When it was called.
    pub call: Duration,
    /// When it returned; `None` if it never did.
    pub returned: Option<Duration>,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action<'a> {
    /// Reads the value: this one. What a get without a return is said to have read counts for
    /// nothing.
    Get(&'a str),
    /// Replaces the value.
    Put(&'a str),
    /// Appends to the value.
    Append(&'a str),
}

/// What all clients did and saw, in the order it was recorded in.
#[derive(Default)]
pub struct History {
    numbers: BTreeMap<String, u32>,
    keys: Vec<Key>,
    /// Each operation's key, and its place there.
    order: Vec<(u32, u32)>,
    /// Times are lines of a file: a moment for each, a nanosecond apart.
    pub counts_lines: bool,
}

/// What happened to one key.
pub(super) struct Key {
    pub name: String,
    /// What was read.
    pub values: Trie,
    /// What was written, end to end.
    written: Vec<u8>,
    pub operations: Vec<Stored>,
}

/// An operation as it is kept.
#[derive(Clone, Copy)]
pub(super) struct Stored {
    pub number: u32,
    stored_action: StoredAction,
    pub client: u64,
    pub times: Times,
}

#[derive(Clone, Copy)]
enum StoredAction {
    Get(Position),
    Put(Stretch),
    Append(Stretch),
}

/// A stretch of what was written.
#[derive(Clone, Copy)]
struct Stretch {
    start: u32,
    end: u32,
}

impl History {
    /// Nothing has happened yet.
    pub fn new() -> History {
        History::default()
    }

    /// Records an operation. The order of recording does not matter.
    pub fn record(&mut self, operation: Operation<'_>) {
        assert!(
            operation.returned.is_none_or(|returned| returned >= operation.call),
            "an operation returns after its call: {operation:?}"
        );
        let number = u32::try_from(self.order.len()).expect("there are fewer than 2^32 operations");
        let key_number = self.key_number(operation.key);
        let key = &mut self.keys[key_number as usize];
        let stored_action = match operation.action {
            // What a pending get read is not known.
            Action::Get(_) if operation.returned.is_none() => StoredAction::Get(Position::ROOT),
            Action::Get(value) => StoredAction::Get(key.values.insert(value.as_bytes())),
            Action::Put(text) => StoredAction::Put(key.write(text)),
            Action::Append(text) => StoredAction::Append(key.write(text)),
        };
        self.order.push((key_number, key.operations.len() as u32));
        let times = replay::times(operation.call, operation.returned);
        key.operations.push(Stored { number, stored_action, client: operation.client, times });
    }

    /// How many operations there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// How many bytes of text there are in it, each value that was read counted in full: about what
    /// it takes to write it down.
    pub fn text_bytes(&self) -> u64 {
        let operations = self.keys.iter().flat_map(|key| &key.operations);
        let lengths = operations.map(|stored| match stored.stored_action {
            StoredAction::Get(position) => position.length,
            StoredAction::Put(stretch) | StoredAction::Append(stretch) => {
                stretch.end - stretch.start
            }
        });
        lengths.map(u64::from).sum()
    }

    /// Whether it is linearizable.
    pub fn check(&self, limits: &Limits<'_>) -> Checked {
        let partitions: Vec<KeyHistory<'_>> =
            self.keys.iter().map(|key| KeyHistory::new(key, self.counts_lines)).collect();
        judge(&partitions, limits)
    }

    /// Hands every operation, in the order of recording, to `each`.
    pub fn for_each(&self, mut each: impl FnMut(Operation<'_>)) {
        for &(key, place) in &self.order {
            let key = &self.keys[key as usize];
            key.with(&key.operations[place as usize], &mut each);
        }
    }

    fn key_number(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.keys.len() as u32;
        self.numbers.insert(name.to_owned(), number);
        self.keys.push(Key::new(name));
        number
    }
}

impl Key {
    fn new(name: &str) -> Key {
        let (values, written) = (Trie::new(), Vec::new());
        Key { name: name.to_owned(), values, written, operations: Vec::new() }
    }

    fn write(&mut self, text: &str) -> Stretch {
        let start = narrow(self.written.len());
        self.written.extend_from_slice(text.as_bytes());
        Stretch { start, end: narrow(self.written.len()) }
    }

    pub fn effect(&self, stored: &Stored) -> Effect<'_> {
        match stored.stored_action {
            StoredAction::Get(position) => Effect::Get(position),
            StoredAction::Put(stretch) => Effect::Put(self.stretch(stretch)),
            StoredAction::Append(stretch) => Effect::Append(self.stretch(stretch)),
        }
    }

    fn stretch(&self, stretch: Stretch) -> &[u8] {
        &self.written[stretch.start as usize..stretch.end as usize]
    }

    fn with(&self, stored: &Stored, each: &mut impl FnMut(Operation<'_>)) {
        let text = match self.effect(stored) {
            Effect::Get(position) => self.values.text(position),
            Effect::Put(text) | Effect::Append(text) => text.to_vec(),
        };
        let text = String::from_utf8(text).expect("what was recorded was text");
        let action = match stored.stored_action {
            StoredAction::Get(_) => Action::Get(&text),
            StoredAction::Put(_) => Action::Put(&text),
            StoredAction::Append(_) => Action::Append(&text),
        };
        let Stored { client, times, .. } = *stored;
        let returned = (!times.is_pending()).then(|| Duration::from_nanos(times.returned));
        each(Operation {
            client,
            key: &self.name,
            action,
            call: Duration::from_nanos(times.call),
            returned,
        });
    }
}

fn narrow(length: usize) -> u32 {
    u32::try_from(length).expect("less than 4 GiB is written to a key")
}

/// What can be said of a key, without the gets that say nothing.
pub(super) struct KeyHistory<'a> {
    pub key: &'a Key,
    pub operations: Vec<&'a Stored>,
    pub counts_lines: bool,
}

impl<'a> KeyHistory<'a> {
    fn new(key: &'a Key, counts_lines: bool) -> KeyHistory<'a> {
        let is_said = |stored: &&Stored| !(stored.reads() && stored.times.is_pending());
        KeyHistory {
            key,
            operations: key.operations.iter().filter(is_said).collect(),
            counts_lines,
        }
    }

    pub fn effect(&self, operation: usize) -> Effect<'a> {
        self.key.effect(self.operations[operation])
    }
}

impl Stored {
    fn reads(&self) -> bool {
        matches!(self.stored_action, StoredAction::Get(_))
    }
}

impl Partition for KeyHistory<'_> {
    type Board = KvBoard;

    const CAN_PRUNE: bool = true;

    fn len(&self) -> usize {
        self.operations.len()
    }

    fn times(&self, operation: usize) -> Times {
        self.operations[operation].times
    }

    fn is_read_only(&self, operation: usize) -> bool {
        self.operations[operation].reads()
    }

    fn board(&self, parts: &[Part], manner: Manner) -> KvBoard {
        let placeable =
            |part: &Part| Placeable { times: part.times, effect: self.effect(part.operation) };
        let operations: Vec<Placeable<'_>> = parts.iter().map(placeable).collect();
        layout::board(&self.key.values, &operations, manner.prunes)
    }
}
