//! The fingerprint of a type: four bytes before each value, a hash of the type's name in this
//! build. Two given types have the same one with a probability of 2^-32.

use std::any::type_name;

/// How many bytes precede each value.
pub(crate) const LENGTH: usize = size_of::<Fingerprint>();

/// A type, in four bytes.
pub(crate) type Fingerprint = [u8; 4];

/// The fingerprint of `T`.
#[inline]
pub(crate) fn of<T: ?Sized>() -> Fingerprint {
    hash(type_name::<T>()).to_le_bytes()
}

/// FNV-1a's scheme (xor, then multiply), eight bytes at a step: names run to a hundred bytes, and
/// byte by byte this would cost more than the rest of a small RPC's encoding.
///
/// A multiplication carries differences upward only, hence the shift that brings them down.
///
/// A reference counts as the type it refers to: the bytes are the same, and a reference cannot be
/// decoded.
#[inline]
fn hash(name: &str) -> u32 {
    const START: u64 = 0xcbf2_9ce4_8422_2325;
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

    let mix = |state: u64, word: u64| {
        let product = (state ^ word).wrapping_mul(FACTOR);
        product ^ (product >> 32)
    };
    let (words, rest) = name.trim_start_matches('&').as_bytes().as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let state = words.iter().map(|word| u64::from_le_bytes(*word)).fold(START, mix);
    (mix(mix(state, u64::from_le_bytes(last)), 0) >> 32) as u32
}

#[cfg(test)]
mod tests;
