//! The properties that must hold all the time, whatever a scenario does.
//!
//! The course's tests check now and then; these properties are checked from the beginning of a test
//! to its end, and the first violation ends the test. [`Elections`] records the term and role that
//! every server reports, [`AppliedLog`] what every server applies, [`Started`] the commands that
//! were given. They are plain data: the cluster decides when to ask the servers.

mod applied_log;
mod elections;
mod property;
mod started;

pub use applied_log::{AppliedLog, Redelivery, Suspect};
pub use elections::{Elections, Sighting};
pub use property::{Property, Violation};
pub use started::Started;

use labrt::{thread, world};
use std::panic;

/// Ends the test with `message` and the calling thread with it. The thread unwinds without a
/// message of its own: the failure has been reported.
#[track_caller]
pub fn stop(message: impl Into<String>) -> ! {
    world::fail(message);
    leave()
}

/// Ends the calling thread if the test has failed anywhere, so that nothing runs on for the rest
/// of its scenario.
pub fn stop_if_failed() {
    if world::failed() {
        leave();
    }
}

/// Unwinds the calling thread, whose test has failed.
fn leave() -> ! {
    // A simulated world that has failed unwinds its threads itself, at this scheduling point; a
    // thread that unwound before would be interrupted in its destructors.
    thread::yield_now();
    panic::resume_unwind(Box::new(Stopped))
}

/// What a thread unwinds with when the test it works for has failed.
struct Stopped;
