//! Channels. Mirrors `crossbeam_channel`.
//!
//! [`bounded`] with 0 is a rendezvous: a send waits until its message has been taken. A channel
//! is disconnected when its last sender or its last receiver is dropped.

use std::panic::Location;
use std::time::Duration;

pub use crossbeam_channel::{
    RecvError, RecvTimeoutError, SelectTimeoutError, SendError, SendTimeoutError, TryRecvError,
    TrySelectError, TrySendError,
};

use crate::runtime::{Runtime, WorldBinding};
use crate::time::Instant;
use crate::wait::Site;

mod receiver;
mod select;
mod select_macro;
mod sender;
mod simulated;

pub use crate::select;
pub use receiver::{IntoIter, Iter, Receiver, TryIter};
pub use select::{Select, SelectedOperation};
pub use sender::Sender;

use receiver::Source;
use sender::Sink;
use simulated::{Channel, Receiving, Sending};

/// A channel that holds any number of messages.
#[must_use]
#[track_caller]
pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    channel(None, Location::caller())
}

/// A channel that holds `capacity` messages at most; with 0, a rendezvous.
#[must_use]
#[track_caller]
pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    channel(Some(capacity), Location::caller())
}

/// A channel that delivers one message, the time, when `delay` has passed.
#[must_use]
#[track_caller]
pub fn after(delay: Duration) -> Receiver<Instant> {
    time(crossbeam_channel::after, delay, None, Location::caller())
}

/// A channel that delivers the time whenever `period` has passed since the last delivery was taken.
/// It holds one message at most: a receiver that comes late misses the deliveries in between.
#[must_use]
#[track_caller]
pub fn tick(period: Duration) -> Receiver<Instant> {
    time(crossbeam_channel::tick, period, Some(period), Location::caller())
}

/// A channel whose messages come from time alone: the first after `delay`, and further ones each
/// `period`. `real` makes it on the OS.
fn time(
    real: fn(Duration) -> crossbeam_channel::Receiver<std::time::Instant>,
    delay: Duration,
    period: Option<Duration>,
    made: Site,
) -> Receiver<Instant> {
    let real = match Runtime::current() {
        Runtime::Os => Source::Time(real(delay), Instant::from_os),
        Runtime::Sim(sim) => {
            let deadline = sim.deadline(delay);
            let channel = Channel::alarm(deadline, period, Instant::of_world);
            Source::Simulated(Receiving::new(channel))
        }
    };
    Receiver { binding: WorldBinding::here(), made, real }
}

/// A channel that never delivers anything.
#[must_use]
#[track_caller]
pub fn never<T>() -> Receiver<T> {
    let real = match Runtime::current() {
        Runtime::Os => Source::Messages(crossbeam_channel::never()),
        Runtime::Sim(_) => Source::Simulated(Receiving::new(Channel::never())),
    };
    Receiver { binding: WorldBinding::here(), made: Location::caller(), real }
}

fn channel<T>(capacity: Option<usize>, made: Site) -> (Sender<T>, Receiver<T>) {
    let binding = WorldBinding::here();
    let (sender, receiver) = match Runtime::current() {
        Runtime::Os => {
            let (sender, receiver) = match capacity {
                Some(capacity) => crossbeam_channel::bounded(capacity),
                None => crossbeam_channel::unbounded(),
            };
            (Sink::Os(sender), Source::Messages(receiver))
        }
        Runtime::Sim(_) => {
            let channel = Channel::new(capacity);
            let sender = Sink::Simulated(Sending::new(channel.clone()));
            (sender, Source::Simulated(Receiving::new(channel)))
        }
    };
    let sender = Sender { binding: binding.clone(), made, real: sender };
    (sender, Receiver { binding, made, real: receiver })
}
