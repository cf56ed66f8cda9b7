//! The lab runtime: threads, time, locks, channels and randomness for everything in the kit.
//!
//! Student and kit code reach these things only through this crate, whose modules mirror the crates
//! people know, name for name:
//!
//! | module      | mirrors                                                                  |
//! |-------------|--------------------------------------------------------------------------|
//! | [`thread`]  | `std::thread`, [`scope`](thread::scope) included                         |
//! | [`time`]    | `std::time`                                                              |
//! | [`sync`]    | `parking_lot` (no poisoning), and `std::sync::atomic`                    |
//! | [`channel`] | `crossbeam_channel`; of `select!`, the receives                           |
//! | [`rand`]    | the free functions of `rand`, from a generator seeded per world and thread |
//!
//! `Arc` is std's.
//!
//! What the facade adds is [`world`]: a test runs in a world of its own. A world knows all its
//! threads by name and server, and ends at once with a [`Failure`](world::Failure) when one of them
//! panics or when locks form a cycle. Its report says which thread waits for what, since when, at
//! which source line, and which thread holds it.
//!
//! # Two runtimes behind one facade
//!
//! The runtime is chosen when the program runs, not when it is compiled. [`world::run`] runs a test
//! on the OS, in a thin layer over std, `parking_lot` and `crossbeam-channel`. [`sim::simulate`]
//! runs it on simulated threads, one at a time, in virtual time, from a seed. Operations that may
//! block or be contended go through one module (`runtime`), which matches the object's world
//! against the calling thread's.

#![expect(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the replacements are made of these"
)]

pub mod channel;
mod limits;
mod pool;
pub mod rand;
mod reserve;
mod runtime;
mod seed;
pub mod sim;
pub mod sync;
pub mod thread;
mod thread_info;
pub mod time;
mod wait;
pub mod world;
