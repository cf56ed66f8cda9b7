//! Why bytes could not be decoded.

use std::fmt::{self, Display, Formatter};

/// Says what was expected, where decoding stopped, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// The type that was being decoded, or `the end of the input`.
    pub expected: &'static str,
    /// Where in the input that which could not be read begins.
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
    /// What stands here was not encoded as the type that is expected.
    ForeignType,
    /// The value nests deeper than [`MAX_DEPTH`](crate::MAX_DEPTH).
    TooDeep,
    /// The type wants to be told what the bytes hold (`#[serde(untagged)]` and the like), and the
    /// bytes do not say. No input decodes as this type: change the type.
    NotSelfDescribing,
    /// The bytes mean nothing for the type: an enum variant that does not exist, a bool of 7.
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
            Self::Truncated { missing } => write!(f, "at least {missing} more bytes are needed"),
            Self::Trailing => write!(f, "there are bytes left over"),
            Self::Oversized { claimed } => {
                write!(f, "the length {claimed} is more than the input can hold")
            }
            Self::ForeignType => write!(f, "the value here was encoded as another type"),
            Self::TooDeep => write!(f, "the value nests deeper than {} levels", crate::MAX_DEPTH),
            Self::NotSelfDescribing => write!(
                f,
                "the type asks what the bytes hold (serde's untagged, tag, flatten or \
                 deserialize_any), and the bytes do not say; decode another type"
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
