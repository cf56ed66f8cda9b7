//! Threads that borrow from their spawner.

use labrt::channel::bounded;
use labrt::sync::Mutex;
use labrt::sync::atomic::{AtomicUsize, Ordering};
use labrt::thread;

use super::{SHORT, everywhere};

#[test]
fn a_scope_waits_for_its_threads_and_lends_to_them() {
    everywhere(|| {
        let mut numbers = vec![1, 2, 3];
        let done = AtomicUsize::new(0);
        let sum = thread::scope(|scope| {
            for number in &mut numbers {
                let done = &done;
                scope.spawn(move || {
                    thread::sleep(SHORT);
                    *number *= 10;
                    done.fetch_add(1, Ordering::SeqCst);
                });
            }
            let handle = scope.spawn(|| 5);
            handle.join().unwrap()
        });
        assert_eq!((sum, done.into_inner(), numbers), (5, 3, vec![10, 20, 30]));
    });
}

#[test]
fn scopes_nest_and_their_threads_spawn_more() {
    everywhere(|| {
        let sum = AtomicUsize::new(0);
        thread::scope(|outer| {
            outer.spawn(|| {
                outer.spawn(|| sum.fetch_add(1, Ordering::SeqCst));
                thread::scope(|inner| {
                    let local = Mutex::new(2);
                    inner.spawn(|| {
                        thread::sleep(SHORT);
                        sum.fetch_add(10, Ordering::SeqCst);
                    });
                    thread::scope(|innermost| {
                        innermost.spawn(|| *local.lock() += 1);
                    });
                    assert_eq!(*local.lock(), 3);
                });
                assert!(sum.load(Ordering::SeqCst) >= 10);
            });
        });
        assert_eq!(sum.into_inner(), 11);
    });
}

#[test]
fn a_scoped_thread_tells_when_it_has_ended() {
    everywhere(|| {
        thread::scope(|scope| {
            let (go, waits) = bounded::<()>(0);
            let thread = scope.spawn(move || waits.recv().is_err());
            thread::sleep(SHORT);
            assert!(!thread.is_finished());
            drop(go);
            while !thread.is_finished() {
                thread::yield_now();
            }
            assert!(thread.join().unwrap());
        });
    });
}
