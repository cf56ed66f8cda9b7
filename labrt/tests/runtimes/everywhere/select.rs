//! `Select`: waiting for several channels at a time.

use labrt::channel::{Receiver, Select, Sender, after, bounded, never, unbounded};
use labrt::thread;
use labrt::time::{Duration, Instant};

use super::{LONG, SHORT, everywhere};

#[test]
fn what_is_ready_is_taken() {
    everywhere(|| {
        let (numbers, number) = unbounded::<u32>();
        let (_words, word) = unbounded::<String>();
        let mut select = Select::new();
        assert!(select.try_select().is_err());
        let from_number = select.recv(&number);
        let from_word = select.recv(&word);
        assert_ne!(from_number, from_word);
        assert!(select.try_select().is_err());
        numbers.send(5).unwrap();
        let ready = select.try_select().unwrap();
        assert_eq!(ready.index(), from_number);
        assert_eq!(ready.recv(&number), Ok(5));
        let sending = thread::spawn(move || {
            thread::sleep(SHORT);
            numbers.send(6).unwrap();
            numbers
        });
        let ready = select.select();
        assert_eq!(ready.index(), from_number);
        assert_eq!(ready.recv(&number), Ok(6));
        drop(sending.join().unwrap());
    });
}

#[test]
fn a_select_times_out() {
    everywhere(|| {
        let (_numbers, number) = unbounded::<u32>();
        let (send, _full) = bounded::<u32>(0);
        let start = Instant::now();
        let mut select = Select::new();
        select.recv(&number);
        select.send(&send);
        assert!(select.select_timeout(SHORT).is_err());
        assert!(start.elapsed() >= SHORT);
        assert!(select.select_timeout(Duration::ZERO).is_err());
        assert!(start.elapsed() < LONG);
    });
}

#[test]
fn a_select_takes_the_time_too() {
    everywhere(|| {
        let (_keep, number) = unbounded::<u32>();
        let (alarm, never) = (after(SHORT), never::<u32>());
        let mut select = Select::new();
        select.recv(&number);
        let from_alarm = select.recv(&alarm);
        select.recv(&never);
        let ready = select.select();
        assert_eq!(ready.index(), from_alarm);
        assert!(ready.recv(&alarm).unwrap() <= Instant::now());
        assert!(select.select_timeout(SHORT).is_err(), "it rings once");
    });
}

#[test]
fn a_send_is_selected_when_there_is_room() {
    everywhere(|| {
        let (sender, receiver) = bounded(1);
        sender.send(1).unwrap();
        let mut select = Select::new();
        let to_sender = select.send(&sender);
        assert!(select.try_select().is_err());
        let receiving = thread::spawn(move || {
            thread::sleep(SHORT);
            (receiver.recv(), receiver.recv())
        });
        let ready = select.select();
        assert_eq!(ready.index(), to_sender);
        ready.send(&sender, 2).unwrap();
        assert_eq!(receiving.join().unwrap(), (Ok(1), Ok(2)));
    });
}

#[test]
fn a_rendezvous_is_selected_from_either_side() {
    everywhere(|| {
        let (sender, receiver) = bounded(0);
        let receiving = thread::spawn({
            let receiver = receiver.clone();
            move || receiver.recv()
        });
        let mut select = Select::new();
        select.send(&sender);
        select.select().send(&sender, 1).unwrap();
        assert_eq!(receiving.join().unwrap(), Ok(1));
        let sending = thread::spawn({
            let sender = sender.clone();
            move || sender.send(2)
        });
        let mut select = Select::new();
        select.recv(&receiver);
        assert_eq!(select.select().recv(&receiver), Ok(2));
        sending.join().unwrap().unwrap();
    });
}

fn select_send(sender: &Sender<u32>, other: &Receiver<u32>, message: u32) {
    let mut select = Select::new();
    select.recv(other);
    select.send(sender);
    let ready = select.select();
    assert_eq!(ready.index(), 1);
    ready.send(sender, message).unwrap();
}

fn select_recv(receiver: &Receiver<u32>, other: &Receiver<u32>) -> u32 {
    let mut select = Select::new();
    select.recv(receiver);
    select.recv(other);
    let ready = select.select();
    assert_eq!(ready.index(), 0);
    ready.recv(receiver).unwrap()
}

#[test]
fn both_ends_of_a_rendezvous_may_select() {
    everywhere(|| {
        let (sender, receiver) = bounded(0);
        let (_keep, other) = unbounded();
        thread::scope(|scope| {
            for me in 0..3 {
                let (sender, other) = (&sender, &other);
                scope.spawn(move || (0..3).for_each(|n| select_send(sender, other, me * 10 + n)));
            }
            let receivers: Vec<_> = (0..3)
                .map(|_| {
                    let take =
                        || (0..3).map(|_| select_recv(&receiver, &other)).collect::<Vec<_>>();
                    scope.spawn(take)
                })
                .collect();
            let got = receivers.into_iter().flat_map(|receiver| receiver.join().unwrap());
            let mut got: Vec<_> = got.collect();
            got.sort_unstable();
            assert_eq!(got, [0, 1, 2, 10, 11, 12, 20, 21, 22]);
        });
    });
}

/// Threads that would send or receive, whichever comes first, never meet themselves.
#[test]
fn a_thread_does_not_meet_itself() {
    everywhere(|| {
        let (sender, receiver) = bounded(0);
        let either = |message| {
            let mut select = Select::new();
            let sends = select.send(&sender);
            select.recv(&receiver);
            let ready = select.select();
            if ready.index() == sends {
                ready.send(&sender, message).unwrap();
                None
            } else {
                Some(ready.recv(&receiver).unwrap())
            }
        };
        thread::scope(|scope| {
            let one = scope.spawn(|| either(1));
            let other = scope.spawn(|| either(2));
            let met = (one.join().unwrap(), other.join().unwrap());
            assert!(met == (None, Some(1)) || met == (Some(2), None), "{met:?}");
        });
        let mut select = Select::new();
        select.send(&sender);
        select.recv(&receiver);
        assert!(select.select_timeout(SHORT).is_err());
    });
}

#[test]
fn a_disconnected_channel_is_ready() {
    everywhere(|| {
        let (sender, receiver) = unbounded::<u32>();
        let (_keep, other) = unbounded::<u32>();
        let dropping = thread::spawn(move || {
            thread::sleep(SHORT);
            drop(sender);
        });
        let mut select = Select::new();
        select.recv(&other);
        let from_receiver = select.recv(&receiver);
        let ready = select.select();
        assert_eq!(ready.index(), from_receiver);
        assert!(ready.recv(&receiver).is_err());
        dropping.join().unwrap();

        let (sender, receiver) = bounded(0);
        let dropping = thread::spawn(move || {
            thread::sleep(SHORT);
            drop(receiver);
        });
        let mut select = Select::new();
        select.recv(&other);
        select.send(&sender);
        assert_eq!(select.select().send(&sender, 7).unwrap_err().0, 7);
        dropping.join().unwrap();
    });
}

#[test]
fn what_was_removed_is_not_selected() {
    everywhere(|| {
        let (numbers, number) = unbounded();
        let (others, other) = unbounded();
        numbers.send(1).unwrap();
        let mut select = Select::new();
        let from_number = select.recv(&number);
        let from_other = select.recv(&other);
        select.remove(from_number);
        assert!(select.select_timeout(SHORT).is_err());
        others.send(2).unwrap();
        let ready = select.select();
        assert_eq!((ready.index(), ready.recv(&other)), (from_other, Ok(2)));
        let again = select.recv(&number);
        assert!(again != from_number && again != from_other, "indices are not used again");
        let ready = select.select();
        assert_eq!((ready.index(), ready.recv(&number)), (again, Ok(1)));
    });
}

/// A select that was woken for one channel but takes another must not keep the news to itself:
/// who waits for the first channel alone would wait for ever.
#[test]
fn a_wake_up_is_passed_on() {
    everywhere(|| {
        let (ones, one) = unbounded();
        let (twos, two) = unbounded();
        thread::scope(|scope| {
            let both = scope.spawn(|| {
                let mut select = Select::new();
                let from_one = select.recv(&one);
                select.recv(&two);
                let ready = select.select();
                let index = ready.index();
                let message = ready.recv(if index == from_one { &one } else { &two });
                message.unwrap()
            });
            let first = scope.spawn(|| one.recv().unwrap());
            let second = scope.spawn(|| two.recv().unwrap());
            thread::sleep(SHORT);
            // Three messages for three threads: one of them must take what is left.
            ones.send(1).unwrap();
            twos.send(2).unwrap();
            let spare = thread::spawn(move || {
                thread::sleep(SHORT);
                ones.send(1).unwrap();
                twos.send(2).unwrap();
                (ones, twos)
            });
            both.join().unwrap();
            assert_eq!((first.join().unwrap(), second.join().unwrap()), (1, 2));
            drop(spare.join().unwrap());
        });
    });
}

/// The same for room in a channel, and for a receiver in a rendezvous.
#[test]
fn room_is_passed_on() {
    everywhere(|| {
        for capacity in [0, 1] {
            let (here, here_end) = bounded(capacity);
            let (there, there_end) = bounded(capacity);
            for sender in [&here, &there] {
                (0..capacity).for_each(|_| sender.send(0).unwrap());
            }
            thread::scope(|scope| {
                scope.spawn(|| {
                    let mut select = Select::new();
                    let to_here = select.send(&here);
                    select.send(&there);
                    let ready = select.select();
                    let sender = if ready.index() == to_here { &here } else { &there };
                    ready.send(sender, 1).unwrap();
                });
                scope.spawn(|| here.send(2).unwrap());
                scope.spawn(|| there.send(3).unwrap());
                let takers: Vec<_> = [&here_end, &there_end]
                    .map(|end| {
                        scope.spawn(move || {
                            thread::sleep(SHORT);
                            // What was there, what a plain sender sends, and perhaps one more.
                            (0..=capacity).for_each(|_| assert!(end.recv().is_ok()));
                            capacity + 1 + usize::from(end.recv_timeout(SHORT * 5).is_ok())
                        })
                    })
                    .into_iter()
                    .map(|taker| taker.join().unwrap())
                    .collect();
                assert_eq!(takers.iter().sum::<usize>(), 2 * capacity + 3, "{takers:?}");
            });
        }
    });
}

#[test]
fn several_selects_share_what_comes() {
    everywhere(|| {
        let (ones, one) = unbounded();
        let (twos, two) = unbounded();
        thread::scope(|scope| {
            let takers: Vec<_> = (0..3)
                .map(|_| {
                    scope.spawn(|| {
                        let mut got = Vec::new();
                        loop {
                            let mut select = Select::new();
                            let from_one = select.recv(&one);
                            select.recv(&two);
                            let ready = select.select();
                            let from = if ready.index() == from_one { &one } else { &two };
                            match ready.recv(from) {
                                Ok(message) => got.push(message),
                                Err(_) => break got,
                            }
                        }
                    })
                })
                .collect();
            for number in 0..10 {
                if number % 2 == 0 { ones.send(number) } else { twos.send(number) }.unwrap();
            }
            thread::sleep(SHORT);
            drop((ones, twos));
            let mut got: Vec<_> =
                takers.into_iter().flat_map(|taker| taker.join().unwrap()).collect();
            got.sort_unstable();
            assert!(got.into_iter().eq(0..10));
        });
    });
}

/// One channel may stand in a select twice.
#[test]
fn a_channel_may_be_selected_twice() {
    everywhere(|| {
        let (sender, receiver) = unbounded();
        for number in 0..5 {
            let sending = thread::spawn({
                let sender = sender.clone();
                move || {
                    thread::sleep(SHORT / 20);
                    sender.send(number).unwrap();
                }
            });
            let mut select = Select::new();
            select.recv(&receiver);
            select.recv(&receiver);
            assert_eq!(select.select().recv(&receiver), Ok(number));
            sending.join().unwrap();
        }
    });
}
