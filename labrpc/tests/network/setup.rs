//! The server that the tests call.

use std::sync::Arc;

use labrpc::{ClientEnd, Network, Rpc, Server};
use labrt::channel::{Receiver, Sender, bounded, unbounded};
use labrt::sync::atomic::{AtomicU64, Ordering};
use labrt::thread::{self, JoinHandle};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub struct Echo(pub u64);

impl Rpc for Echo {
    const NAME: &'static str = "Test.Echo";
    type Reply = u64;
}

/// Its handler blocks until the test lets it go.
#[derive(Serialize, Deserialize)]
pub struct Block;

impl Rpc for Block {
    const NAME: &'static str = "Test.Block";
    type Reply = u64;
}

#[derive(Serialize, Deserialize)]
pub struct Unknown;

impl Rpc for Unknown {
    const NAME: &'static str = "Test.Unknown";
    type Reply = ();
}

#[derive(Serialize, Deserialize)]
pub struct Elsewhere;

impl Rpc for Elsewhere {
    const NAME: &'static str = "Other.Echo";
    type Reply = ();
}

/// A network with one server, `S0`, and a gate that its blocking handlers wait at.
pub struct Setup {
    pub network: Network,
    pub entered: Receiver<()>,
    pub gate: Sender<()>,
    pub handled: Arc<AtomicU64>,
}

pub fn setup() -> Setup {
    let network = Network::with_seed(5);
    let (gate, closed) = bounded(0);
    let (enter, entered) = unbounded();
    let handled = Arc::new(AtomicU64::new(0));
    let setup = Setup { network, entered, gate, handled };
    setup.network.add_server("S0", setup.server(enter, closed));
    setup
}

impl Setup {
    pub fn server(&self, enter: Sender<()>, closed: Receiver<()>) -> Server {
        let mut server = Server::new();
        let handled = self.handled.clone();
        server.on(move |Echo(number)| {
            handled.fetch_add(1, Ordering::SeqCst);
            number
        });
        server.on(move |_: Block| {
            enter.send(()).unwrap();
            let _ = closed.recv();
            7
        });
        server
    }

    pub fn end(&self, name: &str) -> ClientEnd {
        let end = self.network.make_end(name);
        self.network.connect(name, "S0");
        self.network.enable(name, true);
        end
    }

    /// A call whose handler has begun and will not end.
    pub fn blocked_call(&self, name: &str) -> JoinHandle<Option<u64>> {
        let end = self.end(name);
        let call = thread::spawn(move || end.call(&Block));
        self.entered.recv().unwrap();
        call
    }

    pub fn handled(&self) -> u64 {
        self.handled.load(Ordering::SeqCst)
    }
}
