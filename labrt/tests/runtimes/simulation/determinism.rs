//! The same seed leads to the same events, whatever else the process does.

use std::io::{self, Write};
use std::sync::Arc;

use labrt::channel::{Select, bounded, unbounded};
use labrt::rand::{random, random_range};
use labrt::sim::{Backend, Schedule, Simulated, simulate};
use labrt::sync::{Condvar, Mutex};
use labrt::thread;
use labrt::time::Duration;
use labrt::world::{self, Options};

use crate::schedules::{BACKENDS, LIMIT, world};

/// What a program does beside its work.
#[derive(Clone, Copy)]
struct Beside {
    draws: bool,
    tells: bool,
}

const NOTHING: Beside = Beside { draws: false, tells: false };

/// Threads that lock, wait, send and sleep for times drawn at random.
fn program(beside: Beside) -> Vec<u64> {
    let order = Arc::new((Mutex::new(Vec::new()), Condvar::new()));
    let (sender, receiver) = bounded(1);
    for me in 0..4 {
        let (order, sender) = (order.clone(), sender.clone());
        thread::spawn(move || {
            for _ in 0..10 {
                // One thread draws more than it needs.
                if beside.draws && me == 2 {
                    let _: [u64; 3] = [random(), random(), random()];
                }
                if beside.tells {
                    let text = format!(
                        "{:?} {} {:?} {}",
                        world::elapsed(),
                        thread::current().name(),
                        thread::current().server(),
                        world::threads_report(),
                    );
                    assert!(text.contains("spawn@determinism.rs"));
                }
                let nap = if me == 2 { 50 } else { random_range(0..100) };
                thread::sleep(Duration::from_micros(nap));
                let mut list = order.0.lock();
                list.push(me);
                order.1.wait_for(&mut list, Duration::from_micros(20));
                order.1.notify_one();
                drop(list);
                sender.send(me).unwrap();
            }
        });
    }
    drop(sender);
    let received = receiver.iter();
    let mut all: Vec<_> = received.collect();
    all.append(&mut order.0.lock());
    all
}

fn run(seed: u64, backend: Backend, beside: Beside) -> (u64, Vec<u64>) {
    let ended = world(seed, backend, None, move || program(beside));
    (ended.hash, ended.result.unwrap())
}

#[test]
fn a_seed_does_the_same_every_time_and_on_both_back_ends() {
    for seed in 0..10 {
        let first = run(seed, Backend::Coroutines, NOTHING);
        for _ in 0..20 {
            assert_eq!(run(seed, Backend::Coroutines, NOTHING), first);
        }
        assert_eq!(run(seed, Backend::Threads, NOTHING), first);
    }
}

#[test]
fn another_seed_does_something_else() {
    let hash = |seed| run(seed, Backend::Coroutines, NOTHING).0;
    let hashes: std::collections::BTreeSet<_> = (0..200).map(hash).collect();
    assert_eq!(hashes.len(), 200);
}

#[test]
fn a_draw_in_one_thread_changes_nothing_elsewhere() {
    for seed in 0..50 {
        let more = Beside { draws: true, ..NOTHING };
        let (plain, draws) =
            (run(seed, Backend::Coroutines, NOTHING), run(seed, Backend::Coroutines, more));
        assert_eq!(plain, draws, "seed {seed}");
    }
}

#[test]
fn telling_what_goes_on_changes_nothing() {
    for seed in 0..50 {
        let tells = Beside { tells: true, ..NOTHING };
        let (plain, told) =
            (run(seed, Backend::Coroutines, NOTHING), run(seed, Backend::Coroutines, tells));
        assert_eq!(plain, told, "seed {seed}");
    }
}

#[derive(Clone, Default)]
struct Text(Arc<parking_lot::Mutex<Vec<u8>>>);

impl Write for Text {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn traced(seed: u64, backend: Backend) -> (Simulated<Vec<u64>>, String) {
    let text = Text::default();
    let trace: Option<Box<dyn Write + Send>> = Some(Box::new(text.clone()));
    let options = Options { name: "traced".into(), seed, time_limit: LIMIT };
    let schedule = Schedule { backend, trace, ..Schedule::default() };
    let ended = simulate(options, schedule, || program(NOTHING));
    let text = String::from_utf8(std::mem::take(&mut *text.0.lock())).unwrap();
    (ended, text)
}

#[test]
fn a_trace_is_the_same_text_and_tells_each_event_with_its_line() {
    for seed in 0..10 {
        let (ended, text) = traced(seed, Backend::Coroutines);
        for backend in BACKENDS {
            assert_eq!(traced(seed, backend).1, text);
        }
        assert_eq!(
            ended.hash,
            run(seed, Backend::Coroutines, NOTHING).0,
            "a trace changes nothing"
        );
        let of_points = text.lines().filter(|line| !line.contains(" Chosen "));
        assert_eq!(of_points.clone().count() as u64, ended.points);
        let sited = of_points.filter(|line| line.contains(".rs:"));
        assert_eq!(sited.count() as u64, ended.points);
        assert!(text.lines().zip(1..).all(|(line, n)| line.starts_with(&format!("{n} "))));
    }
    assert_ne!(traced(1, Backend::Coroutines).1, traced(2, Backend::Coroutines).1);
}

/// Nothing depends on where in memory an object lies, though threads wait for addresses: a world
/// that uses memory again does the same as one that does not.
#[test]
fn addresses_make_no_difference() {
    let selects = |keep: bool| {
        let mut kept = Vec::new();
        for _ in 0..10 {
            let (sender, receiver) = unbounded();
            thread::scope(|scope| {
                for _ in 0..3 {
                    scope.spawn(|| {
                        // Twice the same, which leaves an entry behind until the channel goes.
                        let mut select = Select::new();
                        select.recv(&receiver);
                        select.recv(&receiver);
                        select.select().recv(&receiver).unwrap()
                    });
                }
                for number in 0..3 {
                    thread::sleep(Duration::from_micros(1));
                    sender.send(number).unwrap();
                }
            });
            if keep {
                kept.push((sender, receiver));
            }
        }
    };
    for seed in 0..50 {
        let run = |keep| world(seed, Backend::Coroutines, None, move || selects(keep)).hash;
        assert_eq!(run(false), run(true), "seed {seed}");
    }
}
