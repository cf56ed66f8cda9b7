//! Seeds: from the OS, or made of another seed and a number.

use std::hash::{BuildHasher, RandomState};

/// A seed made of a seed and a number, for a stream of its own.
///
/// The last step of SplitMix64 (Steele, Lea and Flood, 2014), so that neighbours come out
/// unrelated.
#[must_use]
pub fn mix(seed: u64, number: u64) -> u64 {
    let mut bits = seed ^ number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// A seed from the OS.
#[must_use]
pub fn entropy() -> u64 {
    // Std draws its hash keys from the OS, and counts them on.
    RandomState::new().hash_one("labrt")
}
