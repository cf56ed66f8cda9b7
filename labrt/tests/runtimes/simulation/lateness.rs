//! Threads of servers are late, by kinds and never too late, and races that nothing else shows are
//! found; nothing else changes.

use std::collections::BTreeSet;
use std::sync::Arc;

use labrt::channel::unbounded;
use labrt::sim::{Backend, LateKind, Lateness, Schedule, simulate};
use labrt::sync::atomic::{AtomicBool, Ordering};
use labrt::sync::{Condvar, Mutex};
use labrt::thread;
use labrt::time::Duration;
use labrt::world::{self, FailureKind, Options};

use crate::schedules::{BACKENDS, LATE_KINDS, LIMIT, late_world};

const COROUTINES: Backend = Backend::Coroutines;
const SEEDS: u64 = 200;

fn moderate(kind: LateKind) -> Lateness {
    Lateness { kind: Some(kind), severe: false }
}

fn of_server<T: Send + 'static>(
    body: impl FnOnce() -> T + Send + 'static,
) -> thread::JoinHandle<T> {
    thread::Builder::new().server("S0").spawn(body).unwrap()
}

/// Spawns, sleeps, locks and sends: how late each of these was at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Latest {
    spawned: Duration,
    woken: Duration,
    relock: Duration,
}

/// Costs nothing, and is no scheduling point.
fn now() -> Duration {
    world::elapsed()
}

fn measure() -> Latest {
    let (lock, mut latest) = (Mutex::new(0), Latest::default());
    for _ in 0..20 {
        let before = now();
        thread::sleep(Duration::from_millis(5));
        latest.woken = latest.woken.max(now() - before - Duration::from_millis(5));
        *lock.lock() += 1;
        let before = now();
        *lock.lock() += 1;
        latest.relock = latest.relock.max(now() - before);
        let before = now();
        let began = thread::spawn(now).join().unwrap();
        latest.spawned = latest.spawned.max(began - before);
    }
    latest
}

fn latest_of(kind: LateKind, severe: bool) -> Latest {
    let runs = (0..20).map(|seed| {
        let lateness = Lateness { kind: Some(kind), severe };
        let body = || of_server(measure).join().unwrap();
        late_world(seed, COROUTINES, lateness, body).result.unwrap()
    });
    runs.reduce(|a, b| Latest {
        spawned: a.spawned.max(b.spawned),
        woken: a.woken.max(b.woken),
        relock: a.relock.max(b.relock),
    })
    .unwrap()
}

#[test]
fn each_kind_makes_threads_late_where_it_says_and_never_too_late() {
    let (no, ms) = (Duration::ZERO, Duration::from_millis);
    for (severe, most) in [(false, ms(10)), (true, ms(30))] {
        let late = |what: Duration| what > most / 2 && what <= most;
        let off = latest_of(LateKind::Off, severe);
        assert_eq!(off, Latest::default());
        let spawned = latest_of(LateKind::Spawned, severe);
        assert!(late(spawned.spawned), "{spawned:?}");
        assert_eq!((spawned.woken, spawned.relock), (no, no));
        let woken = latest_of(LateKind::Woken, severe);
        assert!(late(woken.spawned) && late(woken.woken), "{woken:?}");
        assert_eq!(woken.relock, no);
        let relock = latest_of(LateKind::Relock, severe);
        assert!(late(relock.relock), "{relock:?}");
        assert_eq!((relock.spawned, relock.woken), (no, no));
        // Some of these pass several points, at each of which the thread may be late.
        let points = latest_of(LateKind::Points, severe);
        assert!(points.relock > most / 2 && points.relock < 2 * most, "{points:?}");
        let mixed = latest_of(LateKind::Mixed, severe);
        assert!(mixed.relock > most / 2 && mixed.woken > most / 2, "{mixed:?}");
    }
}

#[test]
fn threads_of_no_server_are_never_late() {
    for seed in 0..20 {
        let run = |lateness| {
            let body = || thread::spawn(measure).join().unwrap();
            let ended = late_world(seed, COROUTINES, lateness, body);
            (ended.hash, ended.result.unwrap())
        };
        let off = run(moderate(LateKind::Off));
        assert_eq!(off.1, Latest::default());
        for kind in LATE_KINDS {
            assert_eq!(run(moderate(kind)), off, "seed {seed}, {kind:?}: other draws change");
        }
    }
}

#[test]
fn off_is_the_default_and_the_seed_draws_every_kind() {
    for seed in 0..20 {
        let body = || of_server(measure).join().unwrap();
        let options = Options { name: "a_test".into(), seed, time_limit: LIMIT };
        let plain =
            simulate(options, Schedule { expected_points: 200, ..Schedule::default() }, body);
        let off = late_world(seed, COROUTINES, moderate(LateKind::Off), body);
        assert_eq!((plain.lateness, plain.hash), (LateKind::Off, off.hash), "seed {seed}");
    }
    let drawn = |seed| late_world(seed, COROUTINES, Lateness::default(), || ()).lateness;
    let kinds: BTreeSet<_> = (0..200).map(|seed| format!("{:?}", drawn(seed))).collect();
    assert_eq!(kinds.len(), LATE_KINDS.len() + 1, "{kinds:?}");
}

/// Servers that wait for each other in every way, and a test that is in a hurry.
fn servers() -> Vec<u64> {
    let (order, changed) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Condvar::new()));
    let (sender, receiver) = unbounded();
    for me in 0..3 {
        let (order, changed, sender) = (order.clone(), changed.clone(), sender.clone());
        drop(of_server(move || {
            for round in 0..10 {
                thread::sleep(Duration::from_micros(100 * me));
                order.lock().push(me);
                let mut list = order.lock();
                changed.wait_for(&mut list, Duration::from_millis(1));
                drop(list);
                changed.notify_one();
                let sender = sender.clone();
                thread::spawn(move || sender.send(10 * round + me).unwrap());
            }
        }));
    }
    drop(sender);
    let mut all: Vec<_> = receiver.iter().collect();
    all.append(&mut order.lock());
    all
}

#[test]
fn a_seed_does_the_same_every_time_and_on_both_back_ends() {
    for (seed, kind) in (0..10).flat_map(|seed| LATE_KINDS.map(|kind| (seed, kind))) {
        let run = |backend| {
            let ended = late_world(seed, backend, moderate(kind), servers);
            assert!(ended.leaked.is_empty());
            (ended.hash, ended.result.unwrap())
        };
        let first = run(COROUTINES);
        for backend in BACKENDS {
            assert_eq!(run(backend), first, "seed {seed}, {kind:?}");
        }
        let off = late_world(seed, COROUTINES, moderate(LateKind::Off), servers);
        assert_ne!(off.hash, first.0, "seed {seed}, {kind:?} changes nothing");
    }
}

/// The test waits for ever for a server, which is late: no deadlock, for time will pass.
#[test]
fn a_late_thread_is_no_deadlock_and_a_real_one_is_still_found() {
    for (seed, kind) in (0..50).flat_map(|seed| LATE_KINDS.map(|kind| (seed, kind))) {
        let body = || of_server(|| of_server(|| 7).join().unwrap()).join().unwrap();
        assert_eq!(late_world(seed, COROUTINES, moderate(kind), body).result.unwrap(), 7);
        let stuck = || of_server(|| thread::park()).join().unwrap();
        let failure = late_world(seed, COROUTINES, moderate(kind), stuck).result.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Deadlock, "{failure}");
    }
}

/// Time does not pass while a thread spins: it meets the late one all the same.
#[test]
fn a_thread_that_spins_meets_the_late_one() {
    for (seed, kind) in (0..50).flat_map(|seed| LATE_KINDS.map(|kind| (seed, kind))) {
        let spins = || {
            let done = Arc::new(AtomicBool::new(false));
            let setter = done.clone();
            drop(of_server(move || setter.store(true, Ordering::SeqCst)));
            while !done.load(Ordering::SeqCst) {}
            now()
        };
        let ended = late_world(seed, COROUTINES, moderate(kind), spins);
        assert_eq!(ended.result.unwrap(), Duration::ZERO, "seed {seed}, {kind:?}");
        assert!(ended.points < 20_000, "seed {seed}, {kind:?}: {}", ended.points);
    }
}

/// A wait that a key has ended stays so, though its deadline passes while the thread is late.
#[test]
fn who_was_notified_in_time_has_not_timed_out() {
    for seed in 0..SEEDS {
        let body = || {
            let pair = Arc::new((Mutex::new(false), Condvar::new()));
            let waiter = pair.clone();
            let waits = of_server(move || {
                let mut ready = waiter.0.lock();
                let limit = Duration::from_millis(20);
                (waiter.1.wait_for(&mut ready, limit).timed_out(), *ready)
            });
            thread::sleep(Duration::from_millis(19));
            *pair.0.lock() = true;
            pair.1.notify_one();
            let woken = now();
            (waits.join().unwrap(), now() - woken)
        };
        let ((timed_out, ready), _) =
            late_world(seed, COROUTINES, moderate(LateKind::Woken), body).result.unwrap();
        assert!(ready && !timed_out, "seed {seed}");
    }
}

/// The share of seeds of 100 in which the program panics.
fn found(program: fn(), kind: LateKind) -> u64 {
    let fails = |seed: &u64| {
        let ended = late_world(*seed, COROUTINES, moderate(kind), program);
        ended.result.is_err()
    };
    (0..SEEDS).filter(fails).count() as u64 * 100 / SEEDS
}

/// A server checks under its lock, gives it back, and acts, now and then; once a message comes.
fn check_then_act() {
    let leads = Arc::new(Mutex::new(true));
    let server = leads.clone();
    let acts = of_server(move || {
        for _ in 0..20 {
            if *server.lock() {
                assert!(*server.lock(), "acts as a leader, and is none");
            }
            thread::sleep(Duration::from_micros(300));
        }
    });
    // At a time when nothing else happens, unless a thread is late.
    thread::sleep(Duration::from_micros(3_100));
    *leads.lock() = false;
    acts.join().unwrap();
}

/// A server hands a snapshot up on a thread of its own; commands follow 1 ms later.
fn hand_off() {
    let (sender, receiver) = unbounded();
    drop(of_server(move || {
        let (snapshot, commands) = (sender.clone(), sender);
        thread::spawn(move || snapshot.send(10).unwrap());
        thread::sleep(Duration::from_millis(1));
        commands.send(11).unwrap();
    }));
    let handed: Vec<_> = receiver.iter().collect();
    assert_eq!(handed, [10, 11], "the snapshot came late");
}

#[test]
fn races_with_a_message_are_found_by_their_kind_and_never_without() {
    for (program, kinds) in [
        (check_then_act as fn(), [LateKind::Relock, LateKind::Points]),
        (hand_off, [LateKind::Spawned, LateKind::Woken]),
    ] {
        assert_eq!(found(program, LateKind::Off), 0);
        for kind in kinds {
            let share = found(program, kind);
            println!("{kind:?}: {share} %");
            assert!(share >= 4, "{kind:?}: {share} % of the seeds");
        }
    }
}

#[test]
fn a_world_ends_with_late_threads_in_it() {
    for (seed, kind) in (0..30).flat_map(|seed| LATE_KINDS.map(|kind| (seed, kind))) {
        for backend in BACKENDS {
            let dropped = Arc::new(parking_lot::Mutex::new(0));
            let count = dropped.clone();
            let ended = late_world(seed, backend, moderate(kind), move || {
                let lock = Arc::new(Mutex::new(()));
                for _ in 0..20 {
                    let (lock, held) = (lock.clone(), Held(count.clone()));
                    drop(of_server(move || {
                        let _held = held;
                        loop {
                            drop(lock.lock());
                            drop(lock.lock());
                            thread::sleep(Duration::from_millis(1));
                        }
                    }));
                }
                thread::sleep(Duration::from_millis(5));
            });
            ended.result.unwrap();
            assert!(ended.leaked.is_empty(), "{:?}", ended.leaked);
            assert_eq!(*dropped.lock(), 20, "seed {seed}, {kind:?}");
        }
    }
}

/// Counts those that are dropped.
struct Held(Arc<parking_lot::Mutex<usize>>);

impl Drop for Held {
    fn drop(&mut self) {
        *self.0.lock() += 1;
    }
}

#[test]
fn a_report_says_who_is_late_and_until_when() {
    let report = |kind| {
        let lateness = Lateness { kind: Some(kind), severe: true };
        let reports = (0..20).map(move |seed| {
            let body = || {
                drop(of_server(|| thread::sleep(Duration::from_millis(1))));
                thread::sleep(Duration::from_millis(1));
                thread::yield_now();
                world::threads_report()
            };
            late_world(seed, COROUTINES, lateness, body).result.unwrap()
        });
        reports.collect::<String>()
    };
    assert!(!report(LateKind::Off).contains("late until"));
    let spawned = report(LateKind::Spawned);
    assert!(spawned.contains("  can run: S0/test/spawn") || spawned.contains(", late until 0.0"));
    let woken = report(LateKind::Woken);
    assert!(woken.contains("woken, late until 0.0"), "{woken}");
    println!("{spawned}{woken}");
}
