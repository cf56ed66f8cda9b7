//! What a call costs: µs per RPC with 1, 2, 8 and 64 callers at a time (each a blocking thread
//! with an end of its own), a 20-byte echo on a reliable network; and how long a call takes while
//! 64 handlers are blocked.
//!
//! `cargo bench -p staff --bench rpc`. The median of several runs, and their range.

use labrpc::{ClientEnd, Network, Rpc, Server};
use labrt::channel::{Receiver, bounded};
use labrt::thread;
use labrt::time::{Duration, Instant};
use serde::{Deserialize, Serialize};

const RUNS: usize = 9;
const CALLS: usize = 50_000;

#[derive(Serialize, Deserialize)]
struct Echo(String);

impl Rpc for Echo {
    const NAME: &'static str = "Bench.Echo";
    type Reply = String;
}

#[derive(Serialize, Deserialize)]
struct Block;

impl Rpc for Block {
    const NAME: &'static str = "Bench.Block";
    type Reply = ();
}

fn main() {
    println!("labrpc, 20-byte echo, reliable network: µs per RPC, median of {RUNS} [range]");
    for callers in [1, 2, 8, 64] {
        let mut runs: Vec<f64> = (0..RUNS).map(|_| echo(callers)).collect();
        print_row(&format!("{callers} in flight"), &mut runs, "µs");
    }
    println!("one call while 64 handlers are blocked: ms, median of {RUNS} [range]");
    let mut runs: Vec<f64> = (0..RUNS).map(|_| call_beside_blocked_handlers()).collect();
    print_row("the 65th call", &mut runs, "ms");
}

fn print_row(what: &str, runs: &mut [f64], unit: &str) {
    runs.sort_by(f64::total_cmp);
    let (least, most) = (runs[0], runs[runs.len() - 1]);
    println!("  {what:<16} {:7.2} {unit}   [{least:.2} to {most:.2}]", runs[runs.len() / 2]);
}

fn network(release: Receiver<()>) -> Network {
    let network = Network::with_seed(1);
    let mut server = Server::new();
    server.on(|Echo(text)| text);
    server.on(move |_: Block| {
        let _ = release.recv();
    });
    network.add_server("server", server);
    network
}

fn end(network: &Network, name: String) -> ClientEnd {
    let end = network.make_end(&name);
    network.connect(&name, "server");
    network.enable(&name, true);
    end
}

/// µs per RPC with so many callers.
fn echo(callers: usize) -> f64 {
    let (_release, blocked) = bounded(0);
    let network = network(blocked);
    let ends: Vec<_> = (0..callers).map(|caller| end(&network, format!("{caller}"))).collect();
    let start = Instant::now();
    thread::scope(|scope| {
        for end in &ends {
            scope.spawn(move || {
                let request = Echo("twenty bytes of text".into());
                for _ in 0..CALLS / callers {
                    assert!(end.call(&request).is_some_and(|reply| reply.len() == 20));
                }
            });
        }
    });
    let calls = (CALLS / callers * callers) as f64;
    let elapsed = start.elapsed();
    network.cleanup();
    elapsed.as_secs_f64() * 1e6 / calls
}

/// The milliseconds that one call takes beside 64 that block.
fn call_beside_blocked_handlers() -> f64 {
    let (release, blocked) = bounded::<()>(0);
    let network = network(blocked);
    let blockers: Vec<_> = (0..64).map(|caller| end(&network, format!("{caller}"))).collect();
    let quick = end(&network, "quick".into());
    let mut elapsed = Duration::ZERO;
    thread::scope(|scope| {
        for end in &blockers {
            scope.spawn(move || end.call(&Block));
        }
        while network.count("server") < 64 {
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_millis(5));
        let start = Instant::now();
        assert!(quick.call(&Echo("hello".into())).is_some());
        elapsed = start.elapsed();
        drop(release);
    });
    network.cleanup();
    elapsed.as_secs_f64() * 1e3
}
