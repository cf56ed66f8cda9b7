//! The watcher: a thread that checks a cluster every 10 ms, from its beginning to its end.

use labrt::thread;
use labrt::time::Duration;

/// How often it checks. A second leader rarely lasts less: it takes a round of messages to depose
/// it.
const INTERVAL: Duration = Duration::from_millis(10);

/// Calls `look` every 10 ms on a thread of its own, until it returns false.
pub fn watch(look: impl Fn() -> bool + Send + 'static) {
    let watch = move || {
        while look() {
            thread::sleep(INTERVAL);
        }
    };
    let thread = thread::Builder::new().name("watcher");
    thread.spawn(watch).expect("the watcher's thread can be spawned");
}
