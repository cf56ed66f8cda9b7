//! The commands that these tests give to Raft: numbers and texts.

use harness::random_text;
use labrt::rand;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A command. To Raft it is bytes; the tests use numbers, and texts where size matters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Value {
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
}

impl Value {
    /// A random number of 63 bits: two draws never meet.
    pub fn random() -> Value {
        Value::Number(rand::random_range(0..i64::MAX))
    }

    /// A random number below `end`: two draws may well meet.
    pub fn random_below(end: i64) -> Value {
        Value::Number(rand::random_range(0..end))
    }

    /// A random text of so many characters.
    pub fn random_text(length: usize) -> Value {
        Value::Text(random_text(length))
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Value {
        Value::Number(number.into())
    }
}

/// A long text is cut short: it goes into failure messages.
impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Number(number) => number.fmt(formatter),
            Value::Text(text) if text.len() <= 20 => write!(formatter, "{text:?}"),
            Value::Text(text) => {
                let start: String = text.chars().take(12).collect();
                write!(formatter, "\"{start}...\" ({} bytes)", text.len())
            }
        }
    }
}
