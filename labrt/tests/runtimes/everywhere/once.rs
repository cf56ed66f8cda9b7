//! `Once`: a function that runs once.

use std::sync::Arc;

use labrt::sync::atomic::{AtomicU32, Ordering};
use labrt::sync::{Once, OnceState};
use labrt::thread;

use super::{SHORT, everywhere};

#[test]
fn of_many_threads_one_does_it_and_all_wait_until_it_is_done() {
    everywhere(|| {
        let shared = Arc::new((Once::new(), AtomicU32::new(0)));
        assert_eq!(shared.0.state(), OnceState::New);
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let shared = shared.clone();
                thread::spawn(move || {
                    let (once, calls) = &*shared;
                    once.call_once(|| {
                        thread::sleep(SHORT);
                        calls.fetch_add(1, Ordering::SeqCst);
                    });
                    assert_eq!(calls.load(Ordering::SeqCst), 1);
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert!(shared.0.state().done());
        shared.0.call_once_force(|_| unreachable!("it is done"));
    });
}

#[test]
fn while_it_is_done_others_can_tell() {
    everywhere(|| {
        let once = Once::new();
        once.call_once(|| assert_eq!(once.state(), OnceState::InProgress));
        assert_eq!(format!("{once:?}"), "Once(Done)");
    });
}
