//! `select!`: the arms it takes, and that their bodies can leave the surrounding loop. And `tick`.

use labrt::channel::{Receiver, after, bounded, never, select, tick, unbounded};
use labrt::thread;
use labrt::time::{Duration, Instant};

use super::{LONG, SHORT, everywhere};

#[test]
fn the_arm_of_the_channel_that_is_ready_runs() {
    everywhere(|| {
        let (numbers, number) = unbounded::<u32>();
        let (words, word) = bounded::<String>(1);
        let next = || {
            select! {
                recv(number) -> it => format!("number {:?}", it),
                recv(word) -> it => { format!("word {:?}", it) }
            }
        };
        numbers.send(5).unwrap();
        assert_eq!(next(), "number Ok(5)");
        let sending = thread::spawn(move || {
            thread::sleep(SHORT);
            words.send("late".into()).unwrap();
        });
        assert_eq!(next(), "word Ok(\"late\")");
        sending.join().unwrap();
        assert_eq!(next(), "word Err(RecvError)", "nobody can send words any more");
        drop(numbers);
    });
}

#[test]
fn a_default_does_not_wait_or_waits_so_long() {
    everywhere(|| {
        let (_keep, number) = unbounded::<u32>();
        let empty = select! { recv(number) -> _ => false, default => true };
        assert!(empty);
        let empty = select! {
            default() => { true }
            recv(number) -> _ => false,
        };
        assert!(empty);
        let start = Instant::now();
        select! {
            recv(number) -> it => panic!("{it:?}"),
            default(SHORT) => {}
        }
        assert!(start.elapsed() >= SHORT && start.elapsed() < LONG);
        select! { default(SHORT) => {} }
        assert!(start.elapsed() >= SHORT * 2);
    });
}

/// Bodies are no closures: they break, return and borrow like any other code.
#[test]
fn an_arm_may_leave_the_loop_and_the_function() {
    fn first_even(numbers: &Receiver<u32>, stop: &Receiver<()>) -> Option<u32> {
        let mut odd = 0;
        loop {
            select! {
                recv(numbers) -> number => match number {
                    Ok(even) if even % 2 == 0 => return Some(even + odd),
                    Ok(_) => odd += 1,
                    Err(_) => break,
                },
                recv(stop) -> _ => break,
                recv(after(LONG)) -> _ => panic!("it takes too long"),
            }
        }
        None
    }
    everywhere(|| {
        let (sender, numbers) = unbounded();
        let stop = never();
        for number in [1, 3, 10] {
            sender.send(number).unwrap();
        }
        assert_eq!(first_even(&numbers, &stop), Some(12));
        drop(sender);
        assert_eq!(first_even(&numbers, &stop), None);
    });
}

#[test]
fn of_several_that_are_ready_each_has_its_turn() {
    everywhere(|| {
        let (ones, one) = unbounded();
        let (others, other) = unbounded();
        for _ in 0..100 {
            ones.send(()).unwrap();
            others.send(()).unwrap();
        }
        let mut turns = (0, 0);
        for _ in 0..100 {
            select! {
                recv(one) -> _ => turns.0 += 1,
                recv(other) -> _ => turns.1 += 1,
            }
        }
        assert!(turns.0 > 0 && turns.1 > 0, "{turns:?}");
    });
}

#[test]
fn a_tick_comes_again_and_again() {
    everywhere(|| {
        let start = Instant::now();
        let ticks = tick(SHORT);
        assert!(ticks.try_recv().is_err());
        let (mut last, mut count) = (start, 0);
        while count < 3 {
            select! {
                recv(ticks) -> time => {
                    let time = time.unwrap();
                    assert!(time >= last + SHORT && time <= Instant::now());
                    (last, count) = (time, count + 1);
                }
                default(LONG) => panic!("no tick comes"),
            }
        }
        assert!(start.elapsed() >= SHORT * 3);
    });
}

#[test]
fn ticks_that_come_too_late_are_missed() {
    everywhere(|| {
        let ticks = tick(SHORT);
        thread::sleep(SHORT * 5);
        assert_eq!(ticks.len(), 1);
        ticks.try_recv().unwrap();
        assert!(ticks.is_empty(), "it holds one at most");
        let start = Instant::now();
        ticks.recv().unwrap();
        assert!(start.elapsed() > Duration::ZERO);
        assert!(ticks.recv_timeout(Duration::ZERO).is_err());
    });
}
