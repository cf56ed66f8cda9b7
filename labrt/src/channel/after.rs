//! Channels that deliver the time, once it has come.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::panic::Location;
use std::sync::Once;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::{Receiver, Sender, bounded, channel};
use crate::runtime::Runtime;
use crate::time::Instant;

/// A channel that delivers one message, the time, when `delay` has passed.
#[must_use]
#[track_caller]
pub fn after(delay: Duration) -> Receiver<Instant> {
    let Runtime::Os = Runtime::current();
    let (sender, receiver) = bounded(1);
    CLOCK.ring_at(Instant::now() + delay, sender);
    receiver
}

/// A channel that never delivers anything.
#[must_use]
#[track_caller]
pub fn never<T>() -> Receiver<T> {
    let (sender, _) = crossbeam_channel::bounded(0);
    channel((sender, crossbeam_channel::never()), Location::caller()).1
}

static CLOCK: Clock = Clock { alarms: Mutex::new(BinaryHeap::new()), sooner: Condvar::new() };

/// One thread that serves all `after` channels of the process.
struct Clock {
    alarms: Mutex<BinaryHeap<Reverse<Alarm>>>,
    /// A condvar because the thread waits for the first alarm or for an earlier one.
    sooner: Condvar,
}

struct Alarm {
    time: Instant,
    bell: Sender<Instant>,
}

impl Clock {
    fn ring_at(&'static self, time: Instant, bell: Sender<Instant>) {
        static STARTED: Once = Once::new();
        STARTED.call_once(|| {
            let thread = std::thread::Builder::new().name("labrt clock".into());
            thread.spawn(|| self.work()).expect("the OS gives a thread to the clock");
        });
        self.alarms.lock().push(Reverse(Alarm { time, bell }));
        self.sooner.notify_one();
    }

    fn work(&self) {
        let mut alarms = self.alarms.lock();
        loop {
            let now = Instant::now();
            match alarms.peek().map(|first| first.0.time) {
                None => self.sooner.wait(&mut alarms),
                Some(time) if time > now => {
                    self.sooner.wait_for(&mut alarms, time.duration_since(now));
                }
                Some(_) => {
                    let alarm = alarms.pop().expect("peeked just now").0;
                    // Nobody may be waiting any more.
                    let _ = alarm.bell.try_send(now);
                }
            }
        }
    }
}

impl Ord for Alarm {
    fn cmp(&self, other: &Alarm) -> std::cmp::Ordering {
        self.time.cmp(&other.time)
    }
}

impl PartialOrd for Alarm {
    fn partial_cmp(&self, other: &Alarm) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Alarm {
    fn eq(&self, other: &Alarm) -> bool {
        self.time == other.time
    }
}

impl Eq for Alarm {}
