//! Decodes several values, one after another, from one byte string.

use crate::deserializer::Deserializer;
use crate::error::{DecodeError, Problem};
use crate::fingerprint;
use crate::input::Input;
use serde::de::DeserializeOwned;
use std::any::type_name;

/// Reads values in the order in which an [`Encoder`](crate::Encoder) wrote them.
#[derive(Clone, Debug)]
pub struct Decoder<'de> {
    input: Input<'de>,
}

impl<'de> Decoder<'de> {
    /// Starts at the first byte.
    pub fn new(bytes: &'de [u8]) -> Self {
        Self { input: Input::new(bytes) }
    }

    /// Decodes the next value. After an error the decoder is where it was before.
    #[inline]
    pub fn decode<T: DeserializeOwned>(&mut self) -> Result<T, DecodeError> {
        let mut ahead = self.input;
        let value = ahead
            .fingerprint(fingerprint::of::<T>())
            .and_then(|()| T::deserialize(Deserializer::new(&mut ahead)))
            .map_err(|problem| error(type_name::<T>(), ahead, problem))?;
        self.input = ahead;
        Ok(value)
    }

    /// Whether every byte has been decoded.
    pub fn is_empty(&self) -> bool {
        self.input.rest().is_empty()
    }

    /// The bytes that have not been decoded yet.
    pub fn remaining(&self) -> &'de [u8] {
        self.input.rest()
    }

    /// How many bytes the values so far have taken.
    pub fn position(&self) -> usize {
        self.input.position()
    }

    /// Checks that every byte has been decoded.
    pub fn finish(self) -> Result<(), DecodeError> {
        self.finish_after("the end of the input")
    }

    /// `finish`, when the input as a whole should have been a value of type `expected`.
    pub(crate) fn finish_after(self, expected: &'static str) -> Result<(), DecodeError> {
        if self.is_empty() { Ok(()) } else { Err(error(expected, self.input, Problem::Trailing)) }
    }
}

#[cold]
fn error(expected: &'static str, stopped: Input<'_>, problem: Problem) -> DecodeError {
    DecodeError { expected, position: stopped.position(), length: stopped.length(), problem }
}

#[cfg(test)]
mod tests;
