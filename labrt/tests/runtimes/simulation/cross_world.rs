//! Objects of one world that are used in another: refused, or dropped without harm.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use labrt::channel::{Receiver, Select, after, bounded, never, unbounded};
use labrt::sim::Backend;
use labrt::sync::{Condvar, Mutex, RwLock};
use labrt::thread;
use labrt::time::{Duration, Instant};
use labrt::world::{self, FailureKind, Options};

use crate::schedules::{BACKENDS, clean, failure, world};

/// What a panic outside of all worlds says.
fn refusal<T>(what: impl FnOnce() -> T) -> String {
    let Err(payload) = catch_unwind(AssertUnwindSafe(what)) else { panic!("it must be refused") };
    *payload.downcast::<String>().expect("a text")
}

fn assert_clear(refusal: &str) {
    assert!(refusal.contains("another world"), "{refusal}");
}

/// Runs `body` while a simulated world is alive that has made `make`'s value.
fn meanwhile<T: Send + 'static>(make: fn() -> T, body: impl FnOnce(T)) {
    let ((to, from), (done, wait)) =
        (crossbeam_channel::bounded(1), crossbeam_channel::bounded::<()>(0));
    let ended = clean_in_thread(move || {
        to.send(make()).unwrap();
        // Really waits, and holds up its whole world, which is what is wanted here.
        let _ = wait.recv();
    });
    body(from.recv().unwrap());
    drop(done);
    ended.join().unwrap();
}

#[expect(clippy::disallowed_methods, reason = "outside of all worlds")]
fn clean_in_thread(body: impl FnOnce() + Send + 'static) -> std::thread::JoinHandle<()> {
    std::thread::spawn(|| clean(1, body).result.unwrap())
}

#[test]
fn what_a_living_world_has_made_is_refused_on_the_os() {
    meanwhile(unbounded::<u8>, |(sender, receiver)| {
        assert_clear(&refusal(|| sender.send(1)));
        assert_clear(&refusal(|| sender.try_send(1)));
        assert_clear(&refusal(|| sender.send_timeout(1, Duration::ZERO)));
        assert_clear(&refusal(|| receiver.recv()));
        assert_clear(&refusal(|| receiver.try_recv()));
        assert_clear(&refusal(|| receiver.recv_timeout(Duration::ZERO)));
        assert_clear(&refusal(|| Select::new().recv(&receiver)));
        assert_clear(&refusal(|| Select::new().send(&sender)));
        assert_eq!(format!("{sender:?} {receiver:?}"), "Sender { .. } Receiver { .. }");
    });
    meanwhile(|| after(Duration::ZERO), |alarm| assert_clear(&refusal(|| alarm.recv())));
    meanwhile(never::<u8>, |never| assert_clear(&refusal(|| never.recv())));
    meanwhile(|| thread::spawn(|| ()), |handle| assert_clear(&refusal(|| handle.join())));
    meanwhile(thread::current, |thread| assert_clear(&refusal(|| thread.unpark())));
}

#[test]
fn a_lock_that_a_living_world_has_used_is_refused_on_the_os() {
    let used = || {
        let shared = Arc::new((Mutex::new(1), RwLock::new(2), Condvar::new()));
        drop((shared.0.lock(), shared.1.read()));
        shared.2.notify_all();
        shared
    };
    meanwhile(used, |shared| {
        let (mutex, rwlock, condvar) = &*shared;
        assert_clear(&refusal(|| drop(mutex.lock())));
        assert_clear(&refusal(|| drop(mutex.try_lock())));
        assert_clear(&refusal(|| drop(rwlock.read())));
        assert_clear(&refusal(|| drop(rwlock.write())));
        assert_clear(&refusal(|| drop(rwlock.try_read())));
        assert_clear(&refusal(|| drop(rwlock.try_write())));
        assert_clear(&refusal(|| condvar.notify_one()));
        assert_clear(&refusal(|| condvar.wait(&mut Mutex::new(()).lock())));
    });
}

#[test]
fn what_the_os_has_made_is_refused_in_a_world() {
    let refused = |use_it: fn()| {
        let text = failure(FailureKind::Panic, Backend::Coroutines, use_it).message;
        assert_clear(&text);
    };
    static LOCK: Mutex<u8> = Mutex::new(1);
    static CHANNEL: parking_lot::Mutex<Option<Receiver<u8>>> = parking_lot::Mutex::new(None);
    static THREAD: parking_lot::Mutex<Option<thread::Thread>> = parking_lot::Mutex::new(None);
    assert_eq!(*LOCK.lock(), 1);
    let (_sender, receiver) = unbounded();
    *CHANNEL.lock() = Some(receiver);
    *THREAD.lock() = Some(thread::current());
    refused(|| drop(LOCK.lock()));
    refused(|| assert!(CHANNEL.lock().as_ref().unwrap().recv().is_ok()));
    refused(|| assert_eq!(Select::new().recv(CHANNEL.lock().as_ref().unwrap()), 0));
    refused(|| THREAD.lock().as_ref().unwrap().unpark());
    assert_eq!(*LOCK.lock(), 1, "it is the OS's still");
}

#[test]
fn what_one_world_has_made_is_refused_in_another() {
    meanwhile(unbounded::<u8>, |(_sender, receiver)| {
        let failure = failure(FailureKind::Panic, Backend::Coroutines, move || receiver.try_recv());
        assert_clear(&failure.message);
    });
}

/// A channel belongs to the world it is made in even when that has ended: nobody would answer.
#[test]
fn what_a_dead_world_has_made_is_refused_everywhere() {
    let made = || clean(1, unbounded::<u8>).result.unwrap();
    let (sender, receiver) = made();
    assert_clear(&refusal(|| sender.send(1)));
    assert_clear(&refusal(|| receiver.recv_timeout(Duration::from_millis(1))));
    let (sender, receiver) = made();
    let in_world = failure(FailureKind::Panic, Backend::Coroutines, move || receiver.recv());
    assert_clear(&in_world.message);
    drop(sender);
    let handle = clean(1, || thread::spawn(thread::park)).result.unwrap();
    assert_clear(&refusal(|| handle.join()));
    let thread = clean(1, thread::current).result.unwrap();
    assert_clear(&refusal(|| thread.unpark()));
}

#[test]
fn what_strays_can_be_dropped_in_silence() {
    meanwhile(
        || {
            let (sender, receiver) = unbounded();
            sender.send(vec![1]).unwrap();
            let (full, offered) = bounded::<u8>(0);
            let thread = thread::spawn(|| ());
            let lock = Mutex::new(1);
            drop(lock.lock());
            (sender, receiver, full, offered, thread, lock, Condvar::new(), after(Duration::ZERO))
        },
        drop,
    );
    clean(1, || drop(unbounded::<u8>())).result.unwrap();
    let (sender, receiver) = unbounded::<u8>();
    sender.send(1).unwrap();
    clean(1, move || drop((sender, receiver))).result.unwrap();
}

/// Of all objects locks alone may be static, so that they outlive worlds.
#[test]
fn a_static_lock_belongs_to_the_world_that_uses_it_until_that_ends() {
    static LOCK: Mutex<u64> = Mutex::new(0);
    static CHANGED: Condvar = Condvar::new();
    let count = || {
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    *LOCK.lock() += 1;
                    CHANGED.notify_all();
                });
            }
            CHANGED.wait_while(&mut LOCK.lock(), |count| *count % 3 != 0);
        });
    };
    for seed in 0..10 {
        for backend in BACKENDS {
            world(seed, backend, None, count).result.unwrap();
        }
    }
    count();
    assert_eq!(*LOCK.lock(), 21 * 3);
}

#[test]
fn a_world_in_a_simulated_world_is_refused() {
    let simulated =
        failure(FailureKind::Panic, Backend::Coroutines, || clean(2, || ()).elapsed.is_zero());
    assert!(simulated.message.contains("within a simulated one"), "{simulated}");
    let on_the_os = failure(FailureKind::Panic, Backend::Coroutines, || {
        let options = Options { name: "inner".into(), seed: 1, time_limit: Duration::MAX };
        world::run(options, || ()).is_ok()
    });
    assert!(on_the_os.message.contains("within a simulated one"), "{on_the_os}");
}

/// Much of everything, with the clock and randomness in it.
fn busy() -> u64 {
    let (sender, receiver) = bounded(2);
    let sum = Mutex::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            let sender = sender.clone();
            scope.spawn(|| {
                let sender = sender;
                for _ in 0..20 {
                    thread::sleep(Duration::from_micros(labrt::rand::random_range(0..100)));
                    sender.send(labrt::rand::random_range(0..100u64)).unwrap();
                    *sum.lock() += u64::from(Instant::now().elapsed() < Duration::from_secs(1));
                }
            });
        }
        drop(sender);
        receiver.iter().sum::<u64>()
    })
}

#[test]
#[expect(clippy::disallowed_methods, reason = "worlds on OS threads of their own")]
fn worlds_at_the_same_time_do_not_see_each_other() {
    let run = |seed| {
        let ended = clean(seed, busy);
        (ended.hash, ended.result.unwrap())
    };
    let alone: Vec<_> = (0..20).map(run).collect();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..5 {
                    assert_eq!((0..20).map(run).collect::<Vec<_>>(), alone);
                }
            });
        }
    });
}
