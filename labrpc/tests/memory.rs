//! What calls hold on to while they wait: not the bytes that nobody will read.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use labrpc::{CallsInFlight, Cut, Faults, LinkFaults, Network, Rpc, Server};
use labrt::sim::{Schedule, simulate};
use labrt::thread;
use labrt::time::Duration;
use labrt::world::Options;
use serde::{Deserialize, Serialize};

/// A request or a reply of this size is easily told from everything else.
const LARGE: usize = 1 << 20;

/// How long handlers take, and late requests.
const LONG: Duration = Duration::from_secs(1);

/// Bytes in use by the whole process.
static IN_USE: AtomicUsize = AtomicUsize::new(0);

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        IN_USE.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract, which is the system's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[derive(Serialize, Deserialize)]
struct Echo(Vec<u8>);

impl Rpc for Echo {
    const NAME: &'static str = "Service.Echo";
    type Reply = Vec<u8>;
}

/// A server that answers late and at length, on a reliable network with long delays.
fn network() -> Network {
    let network = Network::with_seed(1);
    network.set_faults(Faults { long_dead_delay_limit: 100 * LONG, ..Faults::default() });
    network.set_long_delays(true);
    let mut server = Server::new();
    server.on(|Echo(request)| {
        drop(request);
        thread::sleep(LONG);
        vec![7; LARGE]
    });
    network.add_server("S0", server);
    network
}

/// How many bytes ten calls with large requests hold, at this time of their lives, and what the
/// network says of them.
fn held_after(
    time: Duration,
    prepare: impl Fn(&Network) + Send + Sync + 'static,
) -> (usize, CallsInFlight) {
    let options = Options { name: "memory".into(), seed: 1, time_limit: 1000 * LONG };
    let ended = simulate(options, Schedule::default(), move || {
        let network = network();
        let end = network.make_end("end");
        network.connect("end", "S0");
        network.enable("end", true);
        prepare(&network);
        let request = Arc::new(Echo(vec![7; LARGE]));
        let before = IN_USE.load(Ordering::Relaxed);
        for _ in 0..10 {
            let (end, request) = (end.clone(), request.clone());
            thread::spawn(move || end.call(&*request));
        }
        thread::sleep(time);
        (IN_USE.load(Ordering::Relaxed).saturating_sub(before), CallsInFlight::now())
    });
    ended.result.expect("nothing fails")
}

fn calls(unreachable: usize, others: usize, bytes: usize) -> CallsInFlight {
    CallsInFlight { unreachable, others, bytes }
}

/// One test, because all that a process allocates counts.
#[test]
fn a_call_that_waits_holds_no_bytes_that_nobody_will_read() {
    let at_once = Duration::from_millis(10);
    let (nowhere, told) = held_after(at_once, |network| network.enable("end", false));
    assert!(nowhere < LARGE, "{nowhere} bytes held by calls that lead nowhere");
    assert_eq!(told, calls(10, 0, 0));

    let link = |link: LinkFaults| move |network: &Network| network.set_link("end", link.clone());
    let lost = LinkFaults { request_loss: 1.0, request_delay: LONG, ..LinkFaults::default() };
    let (lost, told) = held_after(at_once, link(lost));
    assert!(lost < LARGE, "{lost} bytes held by calls whose requests are lost");
    assert_eq!(told, calls(0, 10, 0));

    let (handled, told) = held_after(at_once, |_| ());
    assert!(handled < LARGE, "{handled} bytes held by calls whose requests were handed over");
    assert_eq!(told, calls(0, 10, 0));

    let no_reply = LinkFaults { cut: Some(Cut::Replies), ..LinkFaults::default() };
    let (no_reply, told) = held_after(LONG + at_once, link(no_reply));
    assert!(no_reply < LARGE, "{no_reply} bytes held by calls whose replies are lost");
    assert_eq!(told, calls(0, 10, 0));

    let late = LinkFaults { request_delay: LONG, ..LinkFaults::default() };
    let (late, told) = held_after(at_once, link(late));
    // An encoder reserves some more than it needs.
    assert!((10 * LARGE..15 * LARGE).contains(&late), "{late} bytes held by ten late requests");
    assert!(told.bytes >= 10 * LARGE && told.bytes <= late, "{told:?}");
    assert_eq!(CallsInFlight::now(), calls(0, 0, 0), "their worlds have ended");
}
