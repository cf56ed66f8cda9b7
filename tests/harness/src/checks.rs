//! What must hold all the time, whatever a scenario does.
//!
//! The course's tests look now and then; these properties are watched from the first moment to
//! the last, and the first violation anywhere ends the test. [`Elections`] is told what every
//! server says of itself, [`AppliedRecord`] what every server applies. Both are plain data: who
//! asks, and when, is the cluster's business.

mod applied;
mod elections;
mod property;
mod started;

pub use applied::{AppliedRecord, Redelivery, Suspect};
pub use elections::{Elections, Sighting};
pub use property::{Property, Violation};
pub use started::Started;

use labrt::{thread, world};
use std::panic;

/// Ends the test with `message` and the calling thread with it. The thread unwinds quietly: the
/// one failure that counts has been told.
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
    // A simulated world that has failed unwinds its threads by itself, here; one that unwound
    // unasked would be disturbed in its destructors.
    thread::yield_now();
    panic::resume_unwind(Box::new(Stopped))
}

/// What a thread unwinds with when the test it works for has failed.
struct Stopped;
