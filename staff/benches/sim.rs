//! What simulated threads cost, all reports switched on.
//!
//! `cargo bench -p staff --bench sim`. The aims: a scheduling point at or under 80 ns, a spawn and
//! join at or under 400 ns, 20,000 threads at or under 150 MB.

use std::sync::Arc;
use std::time::{Duration, Instant};

use labrt::channel::{bounded, unbounded};
use labrt::sim::{Backend, Policy, Schedule, simulate};
use labrt::sync::Mutex;
use labrt::thread;
use labrt::world::Options;

const TURNS: usize = 15;

fn main() {
    println!("simulated threads: ns per operation, medians of {TURNS} turns");
    let always = Policy::Random { preemption: 1.0 };
    let never = Policy::Random { preemption: 0.0 };
    measure("a point that switches (yield, 2 threads)", 400_000, always, || {
        let other = thread::spawn(|| yield_times(200_000));
        yield_times(200_000);
        other.join().unwrap();
    });
    measure("lock + unlock: 2 points, none switches", 400_000, never, || lock_times(400_000));
    measure("lock + unlock: 2 points, half switch", 400_000, always, || {
        let other = thread::spawn(|| lock_times(200_000));
        lock_times(200_000);
        other.join().unwrap();
    });
    measure("channel round trip", 200_000, never, || {
        let (requests, received) = unbounded();
        let (replies, answers) = unbounded();
        let server = thread::spawn(move || {
            for request in received {
                replies.send(request).unwrap();
            }
        });
        for number in 0..200_000 {
            requests.send(number).unwrap();
            assert_eq!(answers.recv(), Ok(number));
        }
        drop(requests);
        server.join().unwrap();
    });
    measure("rendezvous, one way", 200_000, never, || {
        let (sender, received) = bounded(0);
        let receiver = thread::spawn(move || received.iter().count());
        for number in 0..200_000 {
            sender.send(number).unwrap();
        }
        drop(sender);
        assert_eq!(receiver.join().unwrap(), 200_000);
    });
    measure("spawn + join", 200_000, never, || {
        for _ in 0..200_000 {
            thread::spawn(|| ()).join().unwrap();
        }
    });
    // As many as there are spare stacks: making a stack costs more than all the rest.
    measure("start a thread, end it with its world", 200, never, || {
        for _ in 0..200 {
            thread::spawn(thread::park);
        }
        thread::sleep(Duration::from_millis(1));
    });
    measure("a world, 1 thread", 1, never, || ());
    memory();
}

fn yield_times(times: u32) {
    for _ in 0..times {
        thread::yield_now();
    }
}

fn lock_times(times: u32) {
    let lock = Arc::new(Mutex::new(0));
    for _ in 0..times {
        *lock.lock() += 1;
    }
}

fn measure(what: &str, operations: u32, policy: Policy, body: fn()) {
    let mut figures: Vec<f64> = (0..TURNS)
        .map(|turn| {
            let begun = Instant::now();
            run(turn as u64, policy, body);
            begun.elapsed().as_secs_f64() * 1e9 / f64::from(operations)
        })
        .collect();
    figures.sort_by(f64::total_cmp);
    println!("  {what:<44} {:9.1}", figures[TURNS / 2]);
}

fn run(seed: u64, policy: Policy, body: fn()) {
    let options = Options { name: "bench".into(), seed, time_limit: Duration::from_secs(100_000) };
    let schedule =
        Schedule { backend: Backend::Coroutines, policy: Some(policy), ..Schedule::default() };
    simulate(options, schedule, body).result.expect("nothing goes wrong");
}

/// What 20,000 threads take that have begun to wait.
fn memory() {
    run(1, Policy::Random { preemption: 0.0 }, || {
        let before = resident();
        for _ in 0..20_000 {
            thread::spawn(thread::park);
        }
        thread::sleep(Duration::from_millis(1));
        if let (Some(before), Some(after)) = (before, resident()) {
            println!("  20,000 blocked threads: {:.0} MB", (after - before) / 1e6);
        }
    });
}

/// Memory in use, in bytes, where the system tells it in the Linux way.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024.0)
}
