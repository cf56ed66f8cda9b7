//! Channels with a capacity, including 0 (the rendezvous).

use labrt::channel::{RecvTimeoutError, SendTimeoutError, TryRecvError, TrySendError, bounded};
use labrt::thread;
use labrt::time::Instant;

use super::{LONG, SHORT, everywhere};

#[test]
fn a_bounded_channel_fills_up() {
    everywhere(|| {
        let (sender, receiver) = bounded(1);
        sender.send(1).unwrap();
        assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)));
        let start = Instant::now();
        assert_eq!(sender.send_timeout(2, SHORT), Err(SendTimeoutError::Timeout(2)));
        assert!(start.elapsed() >= SHORT);
        assert_eq!((sender.len(), sender.capacity(), sender.is_full()), (1, Some(1), true));
        assert_eq!(receiver.recv(), Ok(1));
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
        assert_eq!(receiver.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout));
    });
}

#[test]
fn senders_wait_for_room_and_all_get_it() {
    everywhere(|| {
        let (sender, receiver) = bounded(2);
        let senders: Vec<_> = (0..4)
            .map(|me| {
                let sender = sender.clone();
                thread::spawn(move || {
                    sender.send(me).unwrap();
                    sender.send_timeout(me, LONG).unwrap();
                })
            })
            .collect();
        thread::sleep(SHORT);
        assert!(senders.iter().all(|sender| !sender.is_finished() || receiver.len() == 2));
        assert_eq!(receiver.len(), 2);
        let mut got: Vec<_> = (0..8).map(|_| receiver.recv().unwrap()).collect();
        got.sort_unstable();
        assert_eq!(got, [0, 0, 1, 1, 2, 2, 3, 3]);
        senders.into_iter().for_each(|sender| sender.join().unwrap());
    });
}

#[test]
fn senders_that_wait_hear_that_nobody_receives_any_more() {
    everywhere(|| {
        for capacity in [0, 1] {
            let (sender, receiver) = bounded(capacity);
            (0..capacity).for_each(|_| sender.send(9).unwrap());
            let plain: Vec<_> = (0..3)
                .map(|me| {
                    let sender = sender.clone();
                    thread::spawn(move || sender.send(me).unwrap_err().0)
                })
                .collect();
            let timed = thread::spawn(move || sender.send_timeout(3, LONG).unwrap_err());
            thread::sleep(SHORT);
            drop(receiver.clone());
            assert!(!timed.is_finished(), "one receiver is left");
            drop(receiver);
            assert!((0..3).eq(plain.into_iter().map(|thread| thread.join().unwrap())));
            assert_eq!(timed.join().unwrap(), SendTimeoutError::Disconnected(3));
        }
    });
}

#[test]
fn a_rendezvous_waits_for_the_receiver() {
    everywhere(|| {
        let (sender, receiver) = bounded(0);
        assert_eq!(sender.try_send(1), Err(TrySendError::Full(1)));
        assert_eq!(sender.send_timeout(1, SHORT), Err(SendTimeoutError::Timeout(1)));
        assert_eq!((sender.capacity(), sender.len(), sender.is_full()), (Some(0), 0, true));
        let sending = thread::spawn(move || {
            sender.send(2).unwrap();
            Instant::now()
        });
        thread::sleep(SHORT);
        assert!(receiver.is_empty(), "what is offered is not in the channel");
        let taken = Instant::now();
        assert_eq!(receiver.recv(), Ok(2), "what timed out was not sent");
        assert!(sending.join().unwrap() >= taken, "the send returns once the message is taken");
    });
}

#[test]
fn a_rendezvous_meets_whoever_comes_first() {
    everywhere(|| {
        let (sender, receiver) = bounded(0);
        // The receiver waits.
        let receiving = thread::spawn({
            let receiver = receiver.clone();
            move || receiver.recv()
        });
        while let Err(TrySendError::Full(_)) = sender.try_send(1) {
            thread::sleep(SHORT / 20);
        }
        assert_eq!(receiving.join().unwrap(), Ok(1));
        // The sender waits.
        let sending = thread::spawn(move || sender.send(2));
        let got = loop {
            match receiver.try_recv() {
                Ok(message) => break message,
                Err(TryRecvError::Empty) => thread::sleep(SHORT / 20),
                Err(TryRecvError::Disconnected) => panic!("the sender waits until it is taken"),
            }
        };
        assert_eq!(got, 2);
        sending.join().unwrap().unwrap();
    });
}

/// Whichever of the two lets go first: a message is received, or given back, never both or none.
#[test]
fn a_rendezvous_at_the_time_limit_happens_for_both_or_for_none() {
    everywhere(|| {
        let (sender, receiver) = bounded(0);
        let sending = thread::spawn(move || {
            thread::sleep(SHORT);
            sender.send_timeout(1, SHORT).is_ok()
        });
        let received = receiver.recv_timeout(SHORT).is_ok();
        thread::sleep(SHORT);
        let received = received || receiver.try_recv().is_ok();
        assert_eq!(sending.join().unwrap(), received);
    });
}

#[test]
fn two_threads_hand_each_other_a_message_to_and_fro() {
    everywhere(|| {
        let ((to, from), (back, returned)) = (bounded(0), bounded(0));
        let echo = thread::spawn(move || from.iter().for_each(|n| back.send(n + 1).unwrap()));
        for number in 0..10 {
            to.send(number).unwrap();
            assert_eq!(returned.recv(), Ok(number + 1));
        }
        drop(to);
        echo.join().unwrap();
        assert!(returned.recv().is_err());
    });
}
