//! Threads on the OS only: panics outside of worlds, and the reuse of idle threads. What both
//! runtimes promise is in `runtimes/everywhere`.

use std::collections::BTreeSet;
use std::sync::Arc;

use labrt::sync::{Mutex, Once};
use labrt::thread;
use labrt::time::Duration;

#[test]
fn a_panic_outside_a_world_is_the_joiners() {
    let payload = thread::spawn(|| panic!("on purpose")).join().unwrap_err();
    assert_eq!(*payload.downcast::<&str>().unwrap(), "on purpose");
}

#[test]
fn a_panic_does_not_poison() {
    let mutex = Arc::new(Mutex::new(1));
    let shared = mutex.clone();
    let result = thread::spawn(move || {
        let _guard = shared.lock();
        panic!("with the lock held");
    });
    assert!(result.join().is_err());
    assert_eq!(*mutex.lock(), 1);
}

#[test]
fn a_panic_poisons_what_is_to_be_done_once() {
    let once = Arc::new(Once::new());
    let shared = once.clone();
    let first = thread::spawn(move || shared.call_once(|| panic!("on purpose")));
    assert!(first.join().is_err());
    assert!(once.state().poisoned());
    let shared = once.clone();
    assert!(thread::spawn(move || shared.call_once(|| {})).join().is_err());
    once.call_once_force(|state| assert!(state.poisoned()));
    assert!(once.state().done());
}

#[test]
#[expect(clippy::disallowed_methods, reason = "it is the OS's thread that is meant")]
fn idle_os_threads_are_used_again() {
    let mut used = BTreeSet::new();
    for _ in 0..200 {
        let os_thread = || format!("{:?}", std::thread::current().id());
        used.insert(thread::spawn(os_thread).join().unwrap());
        // The thread is idle a moment after it was joined.
        thread::sleep(Duration::from_micros(200));
    }
    assert!(used.len() < 100, "200 threads in a row took {} OS threads", used.len());
}

#[test]
fn a_scope_panics_for_a_thread_that_was_not_joined() {
    let unjoined = std::panic::catch_unwind(|| {
        thread::scope(|scope| drop(scope.spawn(|| panic!("on purpose"))));
    });
    assert!(unjoined.is_err());
    let joined = thread::scope(|scope| scope.spawn(|| panic!("on purpose")).join().is_err());
    assert!(joined);
}

#[test]
fn a_scope_ends_though_a_result_panics_when_dropped() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("on purpose");
        }
    }
    let (go, waits) = labrt::channel::bounded::<()>(0);
    thread::scope(|scope| {
        let handle = scope.spawn(move || {
            let _ = waits.recv();
            Bomb
        });
        // Nobody else has the result now: it is dropped in its own thread.
        drop(handle);
        drop(go);
    });
}
