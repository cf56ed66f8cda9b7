//! Spawning, joining, sleeping, parking.

use std::collections::BTreeSet;
use std::sync::Arc;

use labrt::sync::Mutex;
use labrt::sync::atomic::{AtomicUsize, Ordering};
use labrt::thread;
use labrt::time::Instant;
use labrt::world::simulated;

use super::{LONG, SHORT, everywhere};

#[test]
fn a_thread_has_a_result() {
    everywhere(|| {
        let thread = thread::spawn(|| {
            thread::sleep(SHORT);
            6 * 7
        });
        assert!(!thread.is_finished());
        assert_eq!(thread.join().unwrap(), 42);
        let early = thread::spawn(|| 1);
        thread::sleep(SHORT);
        assert!(early.is_finished());
        assert_eq!(early.join().unwrap(), 1, "it has ended before");
    });
}

#[test]
fn a_thread_goes_on_without_its_handle() {
    everywhere(|| {
        let (sender, receiver) = labrt::channel::unbounded();
        drop(thread::spawn(move || {
            drop(thread::spawn(move || {
                thread::sleep(SHORT);
                sender.send(1).unwrap();
            }));
        }));
        assert_eq!(receiver.recv(), Ok(1));
    });
}

#[test]
fn names_tell_where_a_thread_comes_from() {
    everywhere(|| {
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
    });
}

#[test]
fn a_thread_works_for_its_spawners_server() {
    everywhere(|| {
        let server = || thread::current().server().map(|server| server.to_string());
        let thread = thread::Builder::new().server("S3");
        let (own, childs) = thread
            .spawn(move || (server(), thread::spawn(server).join().unwrap()))
            .unwrap()
            .join()
            .unwrap();
        assert_eq!(own.as_deref(), Some("S3"));
        assert_eq!(childs.as_deref(), Some("S3"));
        assert_eq!(server(), None);
    });
}

#[test]
fn a_thread_may_work_for_a_server_for_a_while() {
    everywhere(|| {
        let serves = || thread::current().server().map(|server| server.to_string());
        let (own, child) = thread::for_server("S1", || {
            (serves(), thread::spawn(serves).join().expect("it does not panic"))
        });
        assert_eq!((own.as_deref(), child.as_deref()), (Some("S1"), Some("S1")));
        assert_eq!(serves(), None);
        assert_eq!(thread::spawn(serves).join().expect("it does not panic"), None);
    });
}

#[test]
fn ids_are_never_used_again() {
    everywhere(|| {
        let ids: BTreeSet<_> =
            (0..10).map(|_| thread::spawn(|| thread::current().id()).join().unwrap()).collect();
        assert_eq!(ids.len(), 10);
    });
}

#[test]
fn a_blocked_thread_never_holds_up_another() {
    everywhere(|| {
        let gate = Arc::new(Mutex::new(()));
        let closed = gate.lock();
        let blocked: Vec<_> = (0..10)
            .map(|_| {
                let gate = gate.clone();
                thread::spawn(move || drop(gate.lock()))
            })
            .collect();
        assert_eq!(thread::spawn(|| 1).join().unwrap(), 1);
        drop(closed);
        blocked.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

#[test]
fn sleepers_wake_in_the_order_of_time() {
    everywhere(|| {
        let order = Arc::new(Mutex::new(Vec::new()));
        let start = Instant::now();
        let sleepers: Vec<_> = [3, 1, 2]
            .map(|turns| {
                let order = order.clone();
                thread::spawn(move || {
                    thread::sleep(SHORT * 5 * turns);
                    assert!(start.elapsed() >= SHORT * 5 * turns, "nobody wakes early");
                    order.lock().push(turns);
                })
            })
            .into_iter()
            .collect();
        sleepers.into_iter().for_each(|sleeper| sleeper.join().unwrap());
        // A busy machine may wake one late.
        if simulated() {
            assert_eq!(*order.lock(), [1, 2, 3]);
        }
        assert!(start.elapsed() >= SHORT * 15 && start.elapsed() < LONG);
    });
}

#[test]
fn yielding_lets_others_run() {
    everywhere(|| {
        let turns = Arc::new(AtomicUsize::new(0));
        let other = thread::spawn({
            let turns = turns.clone();
            move || turns.fetch_add(1, Ordering::SeqCst)
        });
        while turns.load(Ordering::SeqCst) == 0 {
            thread::yield_now();
        }
        assert_eq!(other.join().unwrap(), 0);
    });
}

#[test]
fn unpark_comes_before_or_after_park() {
    everywhere(|| {
        let parked = thread::spawn(|| {
            thread::park();
            thread::park();
        });
        parked.thread().unpark();
        thread::sleep(SHORT);
        assert!(!parked.is_finished());
        parked.thread().unpark();
        parked.join().unwrap();
    });
}

#[test]
fn permits_do_not_add_up() {
    everywhere(|| {
        let me = thread::current();
        me.unpark();
        me.unpark();
        thread::park();
        let start = Instant::now();
        thread::park_timeout(SHORT);
        assert!(start.elapsed() >= SHORT, "the second unpark gave no second permit");
    });
}

#[test]
fn park_timeout_ends_by_itself_or_early() {
    everywhere(|| {
        let start = Instant::now();
        thread::park_timeout(SHORT);
        assert!(start.elapsed() >= SHORT);
        let me = thread::current();
        let waker = thread::spawn(move || {
            thread::sleep(SHORT);
            me.unpark();
        });
        thread::park_timeout(LONG);
        assert!(start.elapsed() < LONG);
        waker.join().unwrap();
    });
}
