//! A thread that looks at a cluster all the time, from its beginning to its end.

use labrt::thread;
use labrt::time::Duration;

/// How often it looks. A leader that should not be one rarely lasts less: it takes a round of
/// messages to unseat it.
const INTERVAL: Duration = Duration::from_millis(10);

/// Calls `look` again and again on a thread of its own, until it says that there is no more to see.
pub fn watch(look: impl Fn() -> bool + Send + 'static) {
    let watch = move || {
        while look() {
            thread::sleep(INTERVAL);
        }
    };
    let thread = thread::Builder::new().name("watcher");
    thread.spawn(watch).expect("the OS gives a thread to the watcher");
}
