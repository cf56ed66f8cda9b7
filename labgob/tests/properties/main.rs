//! What holds for every value and for every byte string.

mod allocation;
mod any_bytes;
mod foreign_types;
mod round_trip;
mod types;
