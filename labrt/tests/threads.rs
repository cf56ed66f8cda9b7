//! Threads: names, servers, results, scopes, parking, reuse.

use std::collections::BTreeSet;
use std::sync::Arc;

use labrt::sync::Mutex;
use labrt::sync::atomic::{AtomicUsize, Ordering};
use labrt::thread;
use labrt::time::{Duration, Instant};

#[test]
fn a_thread_has_a_result() {
    assert_eq!(thread::spawn(|| 6 * 7).join().unwrap(), 42);
}

#[test]
fn a_panic_outside_a_world_is_the_joiners() {
    let payload = thread::spawn(|| panic!("on purpose")).join().unwrap_err();
    assert_eq!(*payload.downcast::<&str>().unwrap(), "on purpose");
}

#[test]
fn names_tell_where_a_thread_comes_from() {
    let name = || thread::current().name().to_owned();
    let thread = thread::Builder::new().name("parent");
    let (child, grandchild) = thread
        .spawn(move || {
            thread::spawn(move || (name(), thread::spawn(name).join().unwrap())).join().unwrap()
        })
        .unwrap()
        .join()
        .unwrap();
    assert!(child.starts_with("parent/spawn@threads.rs:"), "{child}");
    assert!(grandchild.starts_with("parent/spawn@threads.rs:"), "{grandchild}");
    assert_eq!(grandchild.matches("spawn@").count(), 1, "names do not grow: {grandchild}");
}

#[test]
fn a_thread_works_for_its_spawners_server() {
    let server = || thread::current().server().map(str::to_owned);
    let thread = thread::Builder::new().server("S3");
    let (own, childs) = thread
        .spawn(move || (server(), thread::spawn(server).join().unwrap()))
        .unwrap()
        .join()
        .unwrap();
    assert_eq!(own.as_deref(), Some("S3"));
    assert_eq!(childs.as_deref(), Some("S3"));
    assert_eq!(server(), None);
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
fn ids_are_never_used_again() {
    let ids: BTreeSet<_> =
        (0..100).map(|_| thread::spawn(|| thread::current().id()).join().unwrap()).collect();
    assert_eq!(ids.len(), 100);
}

#[test]
fn a_blocked_thread_never_holds_up_another() {
    let gate = Arc::new(Mutex::new(()));
    let closed = gate.lock();
    let blocked: Vec<_> = (0..100)
        .map(|_| {
            let gate = gate.clone();
            thread::spawn(move || drop(gate.lock()))
        })
        .collect();
    assert_eq!(thread::spawn(|| 1).join().unwrap(), 1);
    drop(closed);
    blocked.into_iter().for_each(|thread| thread.join().unwrap());
}

#[test]
fn a_scope_waits_for_its_threads_and_lends_to_them() {
    let mut numbers = vec![1, 2, 3];
    let done = AtomicUsize::new(0);
    let sum = thread::scope(|scope| {
        for number in &mut numbers {
            let done = &done;
            scope.spawn(move || {
                thread::sleep(Duration::from_millis(5));
                *number *= 10;
                done.fetch_add(1, Ordering::SeqCst);
            });
        }
        let handle = scope.spawn(|| 5);
        handle.join().unwrap()
    });
    assert_eq!((sum, done.into_inner(), numbers), (5, 3, vec![10, 20, 30]));
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

#[test]
fn unpark_comes_before_or_after_park() {
    let parked = thread::spawn(|| {
        thread::park();
        thread::park();
    });
    parked.thread().unpark();
    thread::sleep(Duration::from_millis(20));
    assert!(!parked.is_finished());
    parked.thread().unpark();
    parked.join().unwrap();
}

#[test]
fn park_timeout_ends_by_itself() {
    let start = Instant::now();
    thread::park_timeout(Duration::from_millis(10));
    assert!(start.elapsed() >= Duration::from_millis(10));
}
