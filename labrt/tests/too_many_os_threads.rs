//! How many real threads a process may have. The limit is the process's, so the test has a binary
//! of its own.

#![cfg(target_os = "linux")]

use labrt::thread::{self, JoinHandle};

/// Starts a thread that waits until it is unparked.
fn start_idler() -> std::io::Result<JoinHandle<()>> {
    thread::Builder::new().spawn(thread::park)
}

#[test]
fn ten_thousand_threads_may_wait_and_too_many_are_refused() {
    let idlers: Vec<_> = (0..10_000).map(|_| start_idler().unwrap()).collect();

    let more: Vec<_> = std::iter::from_fn(|| start_idler().ok()).collect();
    assert_eq!(idlers.len() + more.len(), 12_000);
    let refused = start_idler().unwrap_err().to_string();
    let expected = "cannot spawn a thread: 12000 are alive (limit 12000): 12000 of them are \
                    ten_thousand_threads_may_wait_and_too_many_are_refused/spawn@";
    assert!(refused.starts_with(expected), "{refused}");

    for idler in idlers.into_iter().chain(more) {
        idler.thread().unpark();
        idler.join().unwrap();
    }
    // They have ended by now, or do so soon: as many again.
    let again: Vec<_> = (0..10_000).map(|_| start_idler().unwrap()).collect();
    again.iter().for_each(|idler| idler.thread().unpark());
    again.into_iter().for_each(|idler| idler.join().unwrap());
}
