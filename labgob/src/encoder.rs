//! Encodes several values, one after another, into one byte string.

use crate::fingerprint;
use crate::serializer::Serializer;
use serde::Serialize;
use std::any::type_name;

/// Writes values one after another, for a [`Decoder`](crate::Decoder) to read in the same order.
#[derive(Clone, Debug, Default)]
pub struct Encoder {
    bytes: Vec<u8>,
}

impl Encoder {
    /// An encoder with nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// An encoder with room for `value`, as far as its size is known beforehand. A value takes
    /// about as many bytes encoded as in memory, if what it points to is left aside.
    pub(crate) fn for_value<T: ?Sized>(value: &T) -> Self {
        const SLACK: usize = 16;
        Self { bytes: Vec::with_capacity(size_of_val(value) + SLACK) }
    }

    /// Appends a value.
    ///
    /// # Panics
    ///
    /// If the value could not be decoded again (see the rules at the crate's root).
    #[inline]
    #[track_caller]
    pub fn encode<T: Serialize + ?Sized>(&mut self, value: &T) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&fingerprint::of::<T>());
        let mut elements = 0;
        let result = value.serialize(Serializer::new(&mut self.bytes, &mut elements));
        if let Err(unencodable) = result {
            panic!("labgob cannot encode {}: {unencodable}", type_name::<T>());
        }
        assert!(
            elements <= self.bytes.len() - start,
            "labgob cannot encode {}: its collections have {elements} elements that take no bytes",
            type_name::<T>()
        );
    }

    /// How many bytes the values so far take.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing has been encoded yet.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The bytes of all values.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests;
