//! Encodes and decodes a single number, bool or char: the only file that uses bincode.
//!
//! bincode can traverse serde's data model too, but not safely for every input: twelve bytes that
//! claim to be a long string allocate gigabytes, a collection of `()` loops as often as its length
//! says, and its limit is a constant of the type. So the traversal is ours (`serializer.rs`,
//! `deserializer.rs`), and each primitive is bincode's, in the same format.
//!
//! bincode 2.0.1 is its last working release and no longer maintained (RUSTSEC-2025-0141). A
//! replacement would change this file only.

use crate::error::Problem;
use bincode::config::{Configuration, standard};
use bincode::de::read::Reader;
use bincode::enc::write::Writer;
use bincode::error::{DecodeError, EncodeError};

/// A value without parts.
pub(crate) trait Primitive: bincode::Encode + bincode::Decode<()> {}

impl<T: bincode::Encode + bincode::Decode<()>> Primitive for T {}

const CONFIGURATION: Configuration = standard();

/// Appends `value` to `bytes`.
#[inline]
pub(crate) fn write<P: Primitive>(value: P, bytes: &mut Vec<u8>) {
    bincode::encode_into_writer(value, Appender(bytes), CONFIGURATION)
        .expect("a primitive can always be appended to memory");
}

/// Reads a value at the start of `bytes` and steps over it, unless it fails.
#[inline]
pub(crate) fn read<P: Primitive>(bytes: &mut &[u8]) -> Result<P, Problem> {
    let mut ahead = Taker(bytes);
    let value = bincode::decode_from_reader(&mut ahead, CONFIGURATION).map_err(problem)?;
    *bytes = ahead.0;
    Ok(value)
}

struct Appender<'a>(&'a mut Vec<u8>);

impl Writer for Appender<'_> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        match bytes {
            // The elements of a `Vec<u8>` come one by one. In a debug build this makes them
            // several times as fast.
            [byte] => self.0.push(*byte),
            _ => self.0.extend_from_slice(bytes),
        }
        Ok(())
    }
}

/// Reads from a slice and shows how much is left, which bincode's own slice reader does not.
struct Taker<'de>(&'de [u8]);

impl Reader for Taker<'_> {
    #[inline]
    fn read(&mut self, wanted: &mut [u8]) -> Result<(), DecodeError> {
        let Some((taken, rest)) = self.0.split_at_checked(wanted.len()) else {
            return Err(DecodeError::UnexpectedEnd { additional: wanted.len() - self.0.len() });
        };
        wanted.copy_from_slice(taken);
        self.0 = rest;
        Ok(())
    }

    #[inline]
    fn peek_read(&mut self, length: usize) -> Option<&[u8]> {
        self.0.get(..length)
    }

    #[inline]
    fn consume(&mut self, length: usize) {
        self.0 = &self.0[length..];
    }
}

#[cold]
fn problem(error: DecodeError) -> Problem {
    match error {
        DecodeError::UnexpectedEnd { additional } => Problem::Truncated { missing: additional },
        DecodeError::InvalidBooleanValue(found) => {
            Problem::Invalid(format!("invalid bool {found} (must be 0 or 1)"))
        }
        DecodeError::InvalidCharEncoding(_) => {
            Problem::Invalid("not a Unicode character".to_owned())
        }
        DecodeError::InvalidIntegerType { expected, found } => {
            Problem::Invalid(format!("found a {found:?}, expected a {expected:?}"))
        }
        other => Problem::Invalid(other.to_string()),
    }
}
