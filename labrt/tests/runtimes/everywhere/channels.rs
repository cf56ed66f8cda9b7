//! Channels without a limit, and what all channels have in common.

use std::sync::Arc;

use labrt::channel::{
    Receiver, RecvTimeoutError, TryRecvError, TrySendError, after, bounded, never, unbounded,
};
use labrt::sync::atomic::{AtomicUsize, Ordering};
use labrt::thread;
use labrt::time::{Duration, Instant};

use super::{LONG, SHORT, everywhere};

#[test]
fn messages_keep_their_order() {
    everywhere(|| {
        let (sender, receiver) = unbounded();
        assert_eq!((sender.capacity(), receiver.capacity()), (None, None));
        let sending =
            thread::spawn(move || (0..30).for_each(|number| sender.send(number).unwrap()));
        assert!(receiver.into_iter().eq(0..30));
        sending.join().unwrap();
    });
}

#[test]
fn each_message_goes_to_one_receiver() {
    everywhere(|| {
        for capacity in [None, Some(0), Some(1), Some(3)] {
            let (sender, receiver) = capacity.map_or_else(unbounded, bounded);
            let senders: Vec<_> = (0..3)
                .map(|me| {
                    let sender = sender.clone();
                    thread::spawn(move || (0..5).for_each(|n| sender.send((me, n)).unwrap()))
                })
                .collect();
            drop(sender);
            let receivers: Vec<_> = (0..3)
                .map(|_| {
                    let receiver = receiver.clone();
                    thread::spawn(move || receiver.iter().collect::<Vec<_>>())
                })
                .collect();
            drop(receiver);
            senders.into_iter().for_each(|thread| thread.join().unwrap());
            let mut all = Vec::new();
            for receiver in receivers {
                let got = receiver.join().unwrap();
                for me in 0..3 {
                    let of_one = got.iter().filter(|(sender, _)| *sender == me);
                    assert!(of_one.is_sorted(), "{got:?}");
                }
                all.extend(got);
            }
            all.sort_unstable();
            assert!(all.into_iter().eq((0..3).flat_map(|me| (0..5).map(move |n| (me, n)))));
        }
    });
}

#[test]
fn what_is_there_can_be_counted_and_taken_at_once() {
    everywhere(|| {
        let (sender, receiver) = unbounded();
        assert!(receiver.is_empty() && sender.is_empty() && !sender.is_full());
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
        (0..3).for_each(|number| sender.try_send(number).unwrap());
        assert_eq!((sender.len(), receiver.len()), (3, 3));
        assert_eq!(receiver.try_recv(), Ok(0));
        assert!(receiver.try_iter().eq(1..3));
        assert!(receiver.is_empty());
        drop(sender);
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    });
}

#[test]
fn a_receiver_hears_that_nobody_sends_any_more() {
    everywhere(|| {
        for capacity in [None, Some(0), Some(1)] {
            let (sender, receiver) = capacity.map_or_else(unbounded::<u8>, bounded);
            let receivers: Vec<_> = (0..3)
                .map(|_| {
                    let receiver = receiver.clone();
                    thread::spawn(move || receiver.recv().is_err())
                })
                .collect();
            let timed = receiver.clone();
            let timed = thread::spawn(move || timed.recv_timeout(LONG));
            thread::sleep(SHORT);
            drop(sender.clone());
            assert!(!receivers[0].is_finished(), "one sender is left");
            drop(sender);
            assert!(receivers.into_iter().all(|thread| thread.join().unwrap()));
            assert_eq!(timed.join().unwrap(), Err(RecvTimeoutError::Disconnected));
            assert_eq!(receiver.recv_timeout(LONG), Err(RecvTimeoutError::Disconnected));
        }
    });
}

#[test]
fn what_was_sent_before_the_end_is_received() {
    everywhere(|| {
        let (sender, receiver) = unbounded();
        sender.send(1).unwrap();
        drop(sender);
        assert_eq!(receiver.recv(), Ok(1));
        assert!(receiver.recv().is_err());
    });
}

#[test]
fn a_sender_hears_that_nobody_receives_any_more() {
    everywhere(|| {
        let (sender, receiver) = unbounded();
        drop(receiver.clone());
        sender.send(1).unwrap();
        drop(receiver);
        assert_eq!(sender.send(2).unwrap_err().0, 2);
        assert_eq!(sender.try_send(3), Err(TrySendError::Disconnected(3)));
    });
}

/// Counts the messages that are dropped.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Without a limit they go with the last receiver, to free memory; with one, when both sides have
/// gone.
#[test]
fn messages_that_nobody_receives_are_dropped() {
    everywhere(|| {
        for capacity in [None, Some(2)] {
            let dropped = Arc::new(AtomicUsize::new(0));
            let (sender, receiver) = capacity.map_or_else(unbounded, bounded);
            for _ in 0..2 {
                assert!(sender.send(Counted(dropped.clone())).is_ok());
            }
            let count = || dropped.load(Ordering::SeqCst);
            assert_eq!(count(), 0);
            drop(receiver);
            assert_eq!(count(), if capacity.is_none() { 2 } else { 0 });
            drop(sender);
            assert_eq!(count(), 2);
        }
    });
}

/// A message may be a channel, even the other end of the one it is sent through.
#[test]
fn a_channel_can_hold_its_own_ends() {
    struct Chain(#[expect(dead_code, reason = "held, not read")] Receiver<Chain>);
    everywhere(|| {
        let (sender, receiver) = unbounded();
        sender.send(Chain(receiver.clone())).unwrap();
        let (inner, inner_end) = unbounded();
        sender.send(Chain(inner_end)).unwrap();
        drop(receiver.recv());
        drop(receiver.recv());
        assert!(inner.send(Chain(receiver)).is_err());
        assert!(sender.is_empty());
    });
}

#[test]
fn timed_receives_end() {
    everywhere(|| {
        let (sender, receiver) = unbounded::<u8>();
        let start = Instant::now();
        assert_eq!(receiver.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout));
        assert!(start.elapsed() >= SHORT);
        assert_eq!(receiver.recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Timeout));
        let sending = thread::spawn(move || {
            thread::sleep(SHORT);
            sender.send(1).unwrap();
        });
        assert_eq!(receiver.recv_timeout(LONG), Ok(1));
        sending.join().unwrap();
        assert!(start.elapsed() < LONG);
    });
}

#[test]
fn after_delivers_once_in_time() {
    everywhere(|| {
        let start = Instant::now();
        let (late, soon) = (after(SHORT * 20), after(SHORT));
        let told = soon.recv().unwrap();
        assert!(told >= start + SHORT && told <= Instant::now());
        assert_eq!(soon.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout), "once");
        assert_eq!(late.try_recv(), Err(TryRecvError::Empty), "alarms ring in the order of time");
        let too_late = late.clone();
        assert!(late.recv().unwrap() >= start + SHORT * 20);
        assert!(too_late.try_recv().is_err(), "clones share the one message");
        assert_eq!(after(Duration::MAX).try_recv(), Err(TryRecvError::Empty));
    });
}

#[test]
fn never_delivers_nothing() {
    everywhere(|| {
        let never = never::<()>();
        assert_eq!(never.try_recv(), Err(TryRecvError::Empty));
        assert_eq!(never.clone().recv_timeout(SHORT), Err(RecvTimeoutError::Timeout));
        assert_eq!(never.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout));
    });
}
