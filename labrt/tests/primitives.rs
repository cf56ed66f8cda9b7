//! Locks, condvars and channels behave as the crates they mirror.

use std::sync::Arc;
use std::time::Duration;

use labrt::channel::{
    RecvTimeoutError, Select, SendTimeoutError, TryRecvError, TrySendError, after, bounded, never,
    unbounded,
};
use labrt::sync::{Condvar, Mutex, RwLock};
use labrt::thread;
use labrt::time::Instant;

const SHORT: Duration = Duration::from_millis(20);
const LONG: Duration = Duration::from_secs(30);

static COUNTER: Mutex<u64> = Mutex::new(0);

#[test]
fn a_mutex_excludes() {
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..10_000).for_each(|_| *COUNTER.lock() += 1));
        }
    });
    assert_eq!(*COUNTER.lock(), 40_000);
}

#[test]
fn try_lock_does_not_wait() {
    let mutex = Mutex::new(1);
    let guard = mutex.lock();
    assert!(mutex.try_lock().is_none());
    drop(guard);
    assert_eq!(mutex.try_lock().map(|guard| *guard), Some(1));
    assert_eq!(mutex.into_inner(), 1);
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
fn a_condvar_wakes_one_or_all() {
    let shared = (Mutex::new(0), Condvar::new());
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut tickets = shared.0.lock();
                shared.1.wait_while(&mut tickets, |tickets| *tickets == 0);
                *tickets -= 1;
            });
        }
        *shared.0.lock() += 1;
        shared.1.notify_one();
        *shared.0.lock() += 2;
        shared.1.notify_all();
    });
    assert_eq!(*shared.0.lock(), 0);
}

#[test]
fn timed_waits_end() {
    let (mutex, condvar) = (Mutex::new(()), Condvar::new());
    let start = Instant::now();
    assert!(condvar.wait_for(&mut mutex.lock(), SHORT).timed_out());
    assert!(condvar.wait_until(&mut mutex.lock(), start).timed_out(), "a past deadline");
    assert!(condvar.wait_while_for(&mut mutex.lock(), |()| true, SHORT).timed_out());
    assert!(!condvar.wait_while_for(&mut mutex.lock(), |()| false, SHORT).timed_out());
    assert!(start.elapsed() >= SHORT * 2);
}

#[test]
fn readers_share_and_writers_do_not() {
    let lock = RwLock::new(1);
    {
        let (one, two) = (lock.read(), lock.read());
        assert_eq!(*one + *two, 2);
        assert!(lock.try_write().is_none());
    }
    let mut writer = lock.write();
    *writer = 2;
    assert!(lock.try_read().is_none());
    drop(writer);
    assert_eq!(lock.into_inner(), 2);
}

#[test]
fn messages_keep_their_order() {
    let (sender, receiver) = unbounded();
    (0..100).for_each(|number| sender.send(number).unwrap());
    drop(sender);
    assert!(receiver.into_iter().eq(0..100));
}

#[test]
fn a_bounded_channel_fills_up() {
    let (sender, receiver) = bounded(1);
    sender.send(1).unwrap();
    assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)));
    assert_eq!(sender.send_timeout(2, SHORT), Err(SendTimeoutError::Timeout(2)));
    assert_eq!((sender.len(), sender.capacity()), (1, Some(1)));
    assert_eq!(receiver.recv(), Ok(1));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(receiver.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout));
}

#[test]
fn a_rendezvous_waits_for_the_receiver() {
    let (sender, receiver) = bounded(0);
    assert_eq!(sender.try_send(1), Err(TrySendError::Full(1)));
    let sending = thread::spawn(move || {
        sender.send(1).unwrap();
        Instant::now()
    });
    thread::sleep(SHORT);
    let taken = Instant::now();
    assert_eq!(receiver.recv(), Ok(1));
    assert!(sending.join().unwrap() >= taken, "the send returns once the message is taken");
}

#[test]
fn disconnection_is_told_to_both_sides() {
    let (sender, receiver) = unbounded();
    sender.send(1).unwrap();
    drop(sender);
    assert_eq!(receiver.recv(), Ok(1), "what was sent can still be received");
    assert!(receiver.recv().is_err());
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    assert_eq!(receiver.recv_timeout(LONG), Err(RecvTimeoutError::Disconnected));

    let (sender, receiver) = bounded(0);
    let waiting = thread::spawn(move || sender.send(1).unwrap_err().0);
    thread::sleep(SHORT);
    drop(receiver);
    assert_eq!(waiting.join().unwrap(), 1, "a blocked sender gets its message back");
}

#[test]
fn after_delivers_once_in_time() {
    let start = Instant::now();
    let (late, soon) = (after(SHORT * 2), after(SHORT));
    let told = soon.recv().unwrap();
    assert!(told >= start + SHORT);
    assert_eq!(late.try_recv(), Err(TryRecvError::Empty), "alarms ring in the order of time");
    late.recv().unwrap();
    assert!(start.elapsed() >= SHORT * 2);
    assert_eq!(never::<()>().recv_timeout(SHORT), Err(RecvTimeoutError::Timeout));
}

#[test]
fn the_clock_reaches_far_both_ways() {
    let hour = Duration::from_secs(3600);
    assert!((Instant::now() - hour).elapsed() >= hour);
    assert_eq!(Instant::now().checked_add(Duration::MAX), None);
    assert_eq!(after(Duration::MAX).try_recv(), Err(TryRecvError::Empty));
    let (mutex, condvar) = (Mutex::new(0), Condvar::new());
    let forever = Duration::MAX;
    let changed = condvar.wait_while_for(&mut mutex.lock(), |number| *number == 1, forever);
    assert!(!changed.timed_out());
}

#[test]
fn select_takes_the_time_too() {
    let (_keep, number) = unbounded::<u32>();
    let alarm = after(SHORT);
    let mut select = Select::new();
    select.recv(&number);
    let from_alarm = select.recv(&alarm);
    let ready = select.select();
    assert_eq!(ready.index(), from_alarm);
    assert!(ready.recv(&alarm).unwrap() <= Instant::now());
}

#[test]
fn select_takes_what_is_ready() {
    let (numbers, number) = unbounded::<u32>();
    let (_words, word) = unbounded::<String>();
    let (rendezvous, other) = bounded::<u32>(0);
    let mut select = Select::new();
    assert!(select.try_select().is_err());
    let from_number = select.recv(&number);
    select.recv(&word);
    assert!(select.select_timeout(SHORT).is_err());

    let later = numbers.clone();
    let sending = thread::spawn(move || {
        thread::sleep(SHORT);
        later.send(5).unwrap();
    });
    let ready = select.select();
    assert_eq!(ready.index(), from_number);
    assert_eq!(ready.recv(&number), Ok(5));
    sending.join().unwrap();

    let to_other = select.send(&rendezvous);
    let receiving = thread::spawn(move || other.recv());
    let ready = select.select();
    assert_eq!(ready.index(), to_other);
    ready.send(&rendezvous, 9).unwrap();
    assert_eq!(receiving.join().unwrap(), Ok(9));
}
