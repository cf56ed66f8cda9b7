//! Describes a key's operations, and where a read differs from the value, for reports.

use super::history::KeyHistory;
use super::layout::Effect;
use crate::excerpt::excerpt;
use crate::explain::Describe;
use crate::report::moment;
use crate::trie::common_prefix;

impl Describe for KeyHistory<'_> {
    fn key(&self) -> String {
        self.key.name.clone()
    }

    fn number(&self, operation: usize) -> usize {
        self.operations[operation].number as usize
    }

    fn client(&self, operation: usize) -> u64 {
        self.operations[operation].client
    }

    fn describe(&self, operation: usize, shown: &[usize]) -> String {
        match self.effect(operation) {
            Effect::Put(text) => format!("put    {}", excerpt(text, 0)),
            Effect::Append(text) => format!("append {}", excerpt(text, 0)),
            Effect::Get(position) => {
                let value = self.key.values.text(position);
                let point = self.difference(operation, &value, shown);
                format!("get -> {}", excerpt(&value, point))
            }
        }
    }

    fn reason(&self, order: &[usize], stuck: usize) -> String {
        let Effect::Get(position) = self.effect(stuck) else {
            return String::from("no time is left for it to take effect");
        };
        let value = self.key.values.text(position);
        let present = Present::after(self, order);
        let common = present.common(&value);
        let returned = format!("get returned {}", excerpt(&value, common));
        if present.text.is_empty() {
            return format!("{returned}, but the value was \"\" then");
        }
        format!(
            "{returned}\n  but the value was {}\n  {}",
            excerpt(&present.text, common),
            self.at_the_difference(&value, &present, common)
        )
    }

    fn moment(&self, nanoseconds: u64) -> String {
        moment(nanoseconds, self.counts_lines)
    }
}

impl KeyHistory<'_> {
    /// Where a value first differs from another one shown; its end, if it does not.
    fn difference(&self, operation: usize, value: &[u8], shown: &[usize]) -> usize {
        let others = shown.iter().filter(|&&other| other != operation);
        let differences = others.filter_map(|&other| match self.effect(other) {
            Effect::Get(position) => {
                let text = self.key.values.text(position);
                (text != value).then(|| common_prefix(&text, value))
            }
            Effect::Put(_) | Effect::Append(_) => None,
        });
        differences.min().unwrap_or(value.len())
    }

    /// How either value continues after their common prefix.
    fn at_the_difference(&self, value: &[u8], present: &Present, common: usize) -> String {
        let expected = match present.piece_at(common) {
            Some(operation) => format!("the value continues with {}", self.named(operation)),
            None => String::from("the value ends"),
        };
        let found = match self.writer_of(&value[common..]) {
            _ if common == value.len() => String::from("the get ends"),
            Some(operation) => format!("the get continues with {}", self.named(operation)),
            None => {
                format!(
                    "the get continues with {}, which no operation wrote",
                    excerpt(&value[common..], 0)
                )
            }
        };
        format!("after {common} bytes in common, {expected}, and {found}")
    }

    /// The operation that wrote the longest prefix of this.
    fn writer_of(&self, text: &[u8]) -> Option<usize> {
        let length = |operation: &usize| match self.effect(*operation) {
            Effect::Put(written) | Effect::Append(written) if text.starts_with(written) => {
                Some(written.len()).filter(|&length| length > 0)
            }
            _ => None,
        };
        (0..self.operations.len())
            .filter(|operation| length(operation).is_some())
            .max_by_key(|operation| length(operation))
    }

    /// An operation, for use in a sentence.
    fn named(&self, operation: usize) -> String {
        let stored = self.operations[operation];
        let (verb, text) = match self.effect(operation) {
            Effect::Append(text) => ("append", text),
            Effect::Put(text) => ("put", text),
            Effect::Get(_) => ("get", &b""[..]),
        };
        let call = self.moment(stored.times.call);
        format!("client {}'s {verb} {} of {call}", stored.client, excerpt(text, 0))
    }
}

/// A value, and which operation wrote which piece of it.
struct Present {
    text: Vec<u8>,
    /// Each piece's writer and end.
    pieces: Vec<(usize, usize)>,
}

impl Present {
    /// The value after these operations.
    fn after(history: &KeyHistory<'_>, order: &[usize]) -> Present {
        let mut present = Present { text: Vec::new(), pieces: Vec::new() };
        for &operation in order {
            let text = match history.effect(operation) {
                Effect::Get(_) => continue,
                Effect::Append(text) => text,
                Effect::Put(text) => {
                    present.text.clear();
                    present.pieces.clear();
                    text
                }
            };
            present.text.extend_from_slice(text);
            present.pieces.push((operation, present.text.len()));
        }
        present
    }

    /// The length of the common prefix with a value, in whole pieces.
    fn common(&self, value: &[u8]) -> usize {
        let bytes = common_prefix(&self.text, value);
        let ends = self.pieces.iter().map(|&(_, end)| end);
        ends.take_while(|&end| end <= bytes).last().unwrap_or(0)
    }

    /// The operation that wrote this byte.
    fn piece_at(&self, byte: usize) -> Option<usize> {
        self.pieces.iter().find(|&&(_, end)| end > byte).map(|&(operation, _)| operation)
    }
}
