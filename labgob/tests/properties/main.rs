//! What holds for every value and for every byte string.
#![expect(clippy::disallowed_macros, reason = "the allocator counts by thread")]

mod allocation;
mod any_bytes;
mod foreign_types;
mod round_trip;
mod types;
