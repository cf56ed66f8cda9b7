//! Why bytes could not be decoded.

use std::fmt::{self, Display, Formatter};

/// Says what was expected, where decoding stopped, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// The type that was being decoded, or `the end of the input`.
    pub expected: &'static str,
    /// The position in the input of what could not be decoded.
    pub position: usize,
    /// How long the input is.
    pub length: usize,
    /// What was wrong there.
    pub problem: Problem,
}

/// What was wrong with the bytes, or with the type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The input ends in the middle of a value.
    Truncated {
        /// How many bytes at least are missing.
        missing: usize,
    },
    /// There is more input after the last value.
    Trailing,
    /// A length says that more follows than the input can hold.
    Oversized {
        /// The length that the input claims.
        claimed: u64,
    },
    /// The value here was encoded as another type.
    ForeignType,
    /// The value nests deeper than [`MAX_DEPTH`](crate::MAX_DEPTH).
    TooDeep,
    /// The type must inspect the input to know what it contains (`#[serde(untagged)]` and the
    /// like), and the format does not say. No input decodes as this type: change the type.
    NotSelfDescribing,
    /// The bytes are invalid for the type: an enum variant that does not exist, a bool of 7.
    Invalid(String),
}

impl std::error::Error for DecodeError {}

impl Display for DecodeError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { expected, position, length, problem } = self;
        write!(f, "expected {expected} but stopped at byte {position} of {length}: {problem}")
    }
}

impl std::error::Error for Problem {}

impl Display for Problem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { missing } => {
                write!(f, "the input ends too early: at least {missing} more bytes are needed")
            }
            Self::Trailing => write!(f, "there are bytes left over"),
            Self::Oversized { claimed } => {
                write!(f, "length too large: {claimed} (the input is too short for it)")
            }
            Self::ForeignType => write!(f, "the value here was encoded as another type"),
            Self::TooDeep => {
                write!(f, "the value nests too deep (limit {} levels)", crate::MAX_DEPTH)
            }
            Self::NotSelfDescribing => write!(
                f,
                "the type must inspect the input (serde's untagged, tag, flatten or \
                 deserialize_any), which the format does not allow; use another type"
            ),
            Self::Invalid(reason) => write!(f, "{reason}"),
        }
    }
}

/// Errors that a type's own `Deserialize` raises.
impl serde::de::Error for Problem {
    fn custom<T: Display>(message: T) -> Self {
        Self::Invalid(message.to_string())
    }
}
