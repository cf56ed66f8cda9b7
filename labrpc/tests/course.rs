//! The course's own eleven tests of its network.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use labrpc::{ClientEnd, Network, Rpc, Server};
use labrt::channel::unbounded;
use labrt::sync::Mutex;
use labrt::thread;
use labrt::time::{Duration, Instant};
use serde::{Deserialize, Serialize};

macro_rules! rpcs {
    ($($name:ident($request:ty) -> $reply:ty;)*) => {$(
        #[derive(Serialize, Deserialize)]
        struct $name($request);
        impl Rpc for $name {
            const NAME: &'static str = concat!("JunkServer.", stringify!($name));
            type Reply = $reply;
        }
    )*};
}

rpcs! {
    Parse(String) -> i64;
    Describe(i64) -> String;
    Slow(i64) -> i64;
    Length(String) -> usize;
    Letters(usize) -> String;
    Nested(Option<Vec<(u8, String)>>) -> Result<char, bool>;
}

/// The course's test service: its handlers keep logs of what they were asked.
#[derive(Default)]
struct Junk {
    parsed: Mutex<Vec<String>>,
    described: Mutex<Vec<i64>>,
}

impl Junk {
    fn server(self: &Arc<Junk>) -> Server {
        let mut server = Server::new();
        let junk = self.clone();
        server.on(move |Parse(text)| {
            junk.parsed.lock().push(text.clone());
            text.parse().unwrap_or_default()
        });
        let junk = self.clone();
        server.on(move |Describe(number)| {
            junk.described.lock().push(number);
            format!("handler2-{number}")
        });
        server.on(|Slow(number)| {
            thread::sleep(Duration::from_secs(20));
            -number
        });
        server.on(|Length(text)| text.len());
        server.on(|Letters(count)| "x".repeat(count));
        server.on(|Nested(value)| match value {
            Some(pairs) => Ok(pairs[0].1.chars().next().unwrap_or('-')),
            None => Err(true),
        });
        server
    }
}

struct Setup {
    network: Network,
    junk: Arc<Junk>,
}

/// A network with the test service under the name `server`.
fn setup() -> Setup {
    let network = Network::new();
    let junk = Arc::new(Junk::default());
    network.add_server("server", junk.server());
    Setup { network, junk }
}

impl Setup {
    fn end(&self, name: &str) -> ClientEnd {
        let end = self.network.make_end(name);
        self.network.connect(name, "server");
        self.network.enable(name, true);
        end
    }
}

fn describe(end: &ClientEnd, number: i64) -> bool {
    let reply = end.call(&Describe(number));
    if let Some(reply) = &reply {
        assert_eq!(*reply, format!("handler2-{number}"));
    }
    reply.is_some()
}

#[test]
fn basic() {
    let setup = setup();
    let end = setup.end("end");
    assert_eq!(end.call(&Describe(111)).as_deref(), Some("handler2-111"));
    assert_eq!(end.call(&Parse("9099".into())), Some(9099));
}

/// The course tries arguments by value and by pointer; here, any type goes both ways.
#[test]
fn types() {
    let setup = setup();
    let end = setup.end("end");
    assert_eq!(end.call(&Nested(Some(vec![(1, "né".into())]))), Some(Ok('n')));
    assert_eq!(end.call(&Nested(None)), Some(Err(true)));
}

#[test]
fn disconnect() {
    let setup = setup();
    let end = setup.network.make_end("end");
    setup.network.connect("end", "server");
    assert_eq!(end.call(&Describe(111)), None);
    setup.network.enable("end", true);
    assert_eq!(end.call(&Parse("9099".into())), Some(9099));
}

#[test]
fn counts() {
    let setup = setup();
    let end = setup.end("end");
    for number in 0..17 {
        assert!(describe(&end, number));
    }
    assert_eq!(setup.network.count("server"), 17);
    assert_eq!(setup.network.total_count(), 17);
}

#[test]
fn bytes() {
    let setup = setup();
    let end = setup.end("end");
    let text = "x".repeat(284);
    for _ in 0..17 {
        assert_eq!(end.call(&Length(text.clone())), Some(284));
    }
    let first = setup.network.total_bytes();
    assert!((4828..=6000).contains(&first), "17 requests of 284 bytes took {first}");
    for _ in 0..17 {
        assert_eq!(end.call(&Letters(107)).map(|letters| letters.len()), Some(107));
    }
    let second = setup.network.total_bytes() - first;
    assert!((1800..=2500).contains(&second), "17 replies of 107 bytes took {second}");
}

#[test]
fn concurrent_many() {
    let setup = setup();
    thread::scope(|scope| {
        for client in 0..20 {
            let end = setup.end(&format!("end {client}"));
            scope.spawn(move || {
                for number in 0..10 {
                    assert!(describe(&end, client * 100 + number));
                }
            });
        }
    });
    assert_eq!(setup.network.count("server"), 200);
}

#[test]
fn unreliable() {
    let setup = setup();
    setup.network.set_reliable(false);
    let successes = AtomicUsize::new(0);
    thread::scope(|scope| {
        for client in 0..300 {
            let end = setup.end(&format!("end {client}"));
            let successes = &successes;
            scope.spawn(move || {
                successes.fetch_add(usize::from(describe(&end, client * 100)), Ordering::Relaxed);
            });
        }
    });
    let successes = successes.into_inner();
    assert!((1..300).contains(&successes), "{successes} of 300 calls succeeded");
}

#[test]
fn concurrent_one() {
    let setup = setup();
    let end = setup.end("end");
    thread::scope(|scope| {
        for client in 0..20 {
            let end = &end;
            scope.spawn(move || assert!(describe(end, 100 + client)));
        }
    });
    assert_eq!(setup.junk.described.lock().len(), 20);
    assert_eq!(setup.network.count("server"), 20);
}

/// Calls over an end that is disabled must not delay those made after it is enabled.
#[test]
fn regression_1() {
    let setup = setup();
    let end = setup.end("end");
    setup.network.enable("end", false);
    thread::scope(|scope| {
        for client in 0..20 {
            let end = &end;
            scope.spawn(move || describe(end, 100 + client));
        }
        thread::sleep(Duration::from_millis(100));
        let start = Instant::now();
        setup.network.enable("end", true);
        assert!(describe(&end, 99));
        let elapsed = start.elapsed();
        assert!(elapsed < Duration::from_millis(30), "the call took {elapsed:?}");
    });
    assert_eq!(*setup.junk.described.lock(), [99]);
    assert_eq!(setup.network.count("server"), 1);
}

#[test]
fn killed() {
    let setup = setup();
    let end = setup.end("end");
    let (sender, done) = unbounded();
    thread::spawn(move || sender.send(end.call(&Slow(99))));
    thread::sleep(Duration::from_millis(1000));
    assert_eq!(done.recv_timeout(Duration::from_millis(100)).ok(), None, "still under way");
    setup.network.delete_server("server");
    let outcome = done.recv_timeout(Duration::from_millis(100));
    assert_eq!(outcome, Ok(None), "the caller is woken when the server goes");
}

/// The course's has no limit and neither has this one; `cargo bench` measures.
#[test]
fn benchmark() {
    let setup = setup();
    let end = setup.end("end");
    let start = Instant::now();
    for _ in 0..100_000 {
        assert!(describe(&end, 111));
    }
    println!("{:?} for 100000", start.elapsed());
}
