//! Records what the clients of a key/value service called and what it returned.

use super::layout::{self, Effect, Placeable};
use super::state::KvState;
use crate::check::judge;
use crate::limits::Limits;
use crate::model_state;
use crate::partition::{Partition, SearchOperation, SearchOptions};
use crate::timeline::Times;
use crate::trie::{Position, Trie};
use crate::verdict::Checked;
use std::collections::BTreeMap;
use std::time::Duration;

/// An operation as it is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation<'a> {
    /// The client that called. It has one operation at a time, but nothing here depends on that.
    pub client: u64,
    /// The key it is about.
    pub key: &'a str,
    /// What was called, and what a get returned.
    pub action: Action<'a>,
    /// When it was called.
    pub call: Duration,
    /// When it returned; `None` if it never did.
    pub returned: Option<Duration>,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action<'a> {
    /// Reads the value: this one. The value of a pending get is ignored.
    Get(&'a str),
    /// Replaces the value.
    Put(&'a str),
    /// Appends to the value.
    Append(&'a str),
}

/// The operations of all clients, in the order in which they were recorded.
#[derive(Default)]
pub struct History {
    numbers: BTreeMap<String, u32>,
    keys: Vec<Key>,
    /// Each operation's key, and its index there.
    order: Vec<(u32, u32)>,
    /// Times are line numbers of a file, as nanoseconds.
    pub counts_lines: bool,
}

/// The operations of one key.
pub(super) struct Key {
    pub name: String,
    /// The values that were read.
    pub values: Trie,
    /// The texts that were put and appended, one after another.
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

/// A range of what was written.
#[derive(Clone, Copy)]
struct Stretch {
    start: u32,
    end: u32,
}

impl History {
    /// A history without operations.
    pub fn new() -> History {
        History::default()
    }

    /// Records an operation. The order of recording does not matter.
    pub fn record(&mut self, operation: Operation<'_>) {
        assert!(
            operation.returned.is_none_or(|returned| returned >= operation.call),
            "an operation cannot return before its call: {operation:?}"
        );
        let number = u32::try_from(self.order.len()).expect("there are fewer than 2^32 operations");
        let key_number = self.key_number(operation.key);
        let key = &mut self.keys[key_number as usize];
        let stored_action = match operation.action {
            // A pending get's value is not known.
            Action::Get(_) if operation.returned.is_none() => StoredAction::Get(Position::ROOT),
            Action::Get(value) => StoredAction::Get(key.values.insert(value.as_bytes())),
            Action::Put(text) => StoredAction::Put(key.write(text)),
            Action::Append(text) => StoredAction::Append(key.write(text)),
        };
        self.order.push((key_number, key.operations.len() as u32));
        let times = model_state::times(operation.call, operation.returned);
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

    /// How many bytes of text are in it, each value read counted in full: about its size as a file.
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

    /// Calls `each` with every operation, in the order of recording.
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

/// The operations of a key, without pending gets.
pub(super) struct KeyHistory<'a> {
    pub key: &'a Key,
    pub operations: Vec<&'a Stored>,
    pub counts_lines: bool,
}

impl<'a> KeyHistory<'a> {
    fn new(key: &'a Key, counts_lines: bool) -> KeyHistory<'a> {
        let is_relevant = |stored: &&Stored| !(stored.reads() && stored.times.is_pending());
        KeyHistory {
            key,
            operations: key.operations.iter().filter(is_relevant).collect(),
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
    type State = KvState;

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

    fn initial_state(&self, operations: &[SearchOperation], options: SearchOptions) -> KvState {
        let placeable = |searched: &SearchOperation| Placeable {
            times: searched.times,
            effect: self.effect(searched.operation),
        };
        let operations: Vec<Placeable<'_>> = operations.iter().map(placeable).collect();
        layout::initial_state(&self.key.values, &operations, options.prunes)
    }
}
