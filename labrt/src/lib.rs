//! The lab runtime: threads, time, locks, channels and randomness for everything in the kit.
//!
//! Student and kit code reach these things only through this crate, whose modules mirror the
//! crates people know, name for name:
//!
//! | module      | mirrors                                                                  |
//! |-------------|--------------------------------------------------------------------------|
//! | [`thread`]  | `std::thread`, [`scope`](thread::scope) included                         |
//! | [`time`]    | `std::time`                                                              |
//! | [`sync`]    | `parking_lot` (no poisoning), and `std::sync::atomic`                    |
//! | [`channel`] | `crossbeam_channel`                                                      |
//! | [`rand`]    | the free functions of `rand`, from a generator seeded per world and thread |
//!
//! `Arc` is std's. Whoever knows those crates learns nothing new.
//!
//! What the facade adds is [`world`]: a test runs in a world of its own, which knows all its
//! threads by name and server, ends at once with a readable [`Failure`](world::Failure) when any
//! of them panics or when locks form a cycle, and can say at any time which thread waits for
//! what, since when, at which source line, and who holds it.
//!
//! # Two runtimes behind one facade
//!
//! The runtime is chosen when the program runs, not when it is compiled: [`world::run`] runs a test
//! on the OS, a thin layer over std, `parking_lot` and `crossbeam-channel`; [`sim::simulate`] runs it
//! on simulated threads, one at a time, in virtual time, from a seed. What may block or be contended
//! passes one seam (`runtime`), where an object's world is matched against the calling thread's.

#![expect(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this is where the rest is led to"
)]

pub mod channel;
mod limits;
mod pool;
pub mod rand;
mod record;
mod reserve;
mod runtime;
pub mod sim;
pub mod sync;
pub mod thread;
pub mod time;
mod wait;
pub mod world;
