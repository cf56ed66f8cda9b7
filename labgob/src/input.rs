//! The bytes being decoded, the position in them, and the rule that bounds memory and time.
//!
//! **Every element of a collection has a byte of its own.** An element that is itself a collection
//! has the byte of its length, any other the first byte it consists of. So the lengths of all
//! collections in an input, at whatever depth, add up to no more than the input's own length. The
//! input keeps that allowance and refuses the length that exceeds it, before anything is allocated
//! or looped over. This bounds at once
//!
//! - memory: collections reserve room by their claimed length, in all one element per input byte,
//!   so the proportion is that of an element's size to the one byte it may have taken;
//! - time: elements that take no bytes, such as `()`, could otherwise be looped over forever,
//!   or, spread over many collections, for the square of the input.
//!
//! A string or byte string is not copied before its bytes are known to be there.

use crate::codec::{self, Primitive};
use crate::error::Problem;
use crate::fingerprint::{self, Fingerprint};

/// A position in a byte string. Copied to look ahead: a failed decoding leaves the original as it
/// is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Input<'de> {
    /// What has not been read; after a failure, it begins with what could not be read.
    rest: &'de [u8],
    /// Of the whole input.
    length: usize,
    /// How many more elements collections may claim.
    elements_left: usize,
}

impl<'de> Input<'de> {
    pub(crate) fn new(bytes: &'de [u8]) -> Self {
        Self { rest: bytes, length: bytes.len(), elements_left: bytes.len() }
    }

    pub(crate) fn rest(&self) -> &'de [u8] {
        self.rest
    }

    pub(crate) fn length(&self) -> usize {
        self.length
    }

    pub(crate) fn position(&self) -> usize {
        self.length - self.rest.len()
    }

    /// Reads a number, bool or char.
    #[inline]
    pub(crate) fn primitive<P: Primitive>(&mut self) -> Result<P, Problem> {
        codec::read(&mut self.rest)
    }

    /// Steps over the fingerprint of the type that is expected here.
    #[inline]
    pub(crate) fn fingerprint(&mut self, expected: Fingerprint) -> Result<(), Problem> {
        let missing = fingerprint::LENGTH.saturating_sub(self.rest.len());
        let (found, rest) = self.rest.split_first_chunk().ok_or(Problem::Truncated { missing })?;
        if *found != expected {
            return Err(Problem::ForeignType);
        }
        self.rest = rest;
        Ok(())
    }

    /// Reads the length of a collection and takes it from the allowance.
    #[inline]
    pub(crate) fn claim_elements(&mut self) -> Result<usize, Problem> {
        let mut rest = self.rest;
        let elements = at_most(self.elements_left, codec::read(&mut rest)?)?;
        self.elements_left -= elements;
        self.rest = rest;
        Ok(elements)
    }

    /// Reads a length and that many bytes.
    #[inline]
    pub(crate) fn byte_string(&mut self) -> Result<&'de [u8], Problem> {
        let mut rest = self.rest;
        let length = codec::read(&mut rest)?;
        let (bytes, rest) = rest.split_at(at_most(rest.len(), length)?);
        self.rest = rest;
        Ok(bytes)
    }

    /// Reads a byte string that must be text.
    #[inline]
    pub(crate) fn text(&mut self) -> Result<&'de str, Problem> {
        let mut ahead = *self;
        let text = str::from_utf8(ahead.byte_string()?)
            .map_err(|error| Problem::Invalid(format!("this string is not UTF-8: {error}")))?;
        *self = ahead;
        Ok(text)
    }
}

/// The length that the input claims, if it is no more than `limit`.
#[inline]
fn at_most(limit: usize, claimed: u64) -> Result<usize, Problem> {
    let length = usize::try_from(claimed).ok().filter(|length| *length <= limit);
    length.ok_or(Problem::Oversized { claimed })
}
