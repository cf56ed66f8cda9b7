//! A server: its RPC handlers by name, and how many requests have reached them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use labrt::sync::atomic::{AtomicU64, Ordering};

use trace::{Fact, Incarnation};

use crate::Rpc;
use crate::in_flight::EncodedRequest;
use crate::life::Life;

/// An encoded reply, and what it says.
type Answer = (Vec<u8>, Option<Fact>);

type Handler = Box<dyn Fn(Arc<EncodedRequest>) -> Answer + Send + Sync>;

/// A set of RPC handlers, to be added to a network under a name. Several services may share one,
/// as a key/value service and its Raft do.
#[derive(Default)]
pub struct Server {
    handlers: BTreeMap<&'static str, Handler>,
    life: Option<Life>,
}

impl Server {
    /// A server that handles nothing yet.
    #[must_use]
    pub fn new() -> Server {
        Server::default()
    }

    /// Says whose handlers these are, for whoever reads what the network records.
    pub fn set_incarnation(&mut self, incarnation: Incarnation) {
        self.life = Some(Life::new(incarnation));
    }

    /// The same, for a life that the ends it sends over share
    /// ([`Network::make_end_of`](crate::Network::make_end_of)).
    pub fn set_life(&mut self, life: Life) {
        self.life = Some(life);
    }

    /// Registers the handler of requests of type `R`. It runs on a thread of its own for each
    /// request, so it may block.
    ///
    /// # Panics
    /// If there is a handler for this RPC already.
    #[track_caller]
    pub fn on<R: Rpc>(&mut self, handler: impl Fn(R) -> R::Reply + Send + Sync + 'static) {
        let answer = move |encoded: Arc<EncodedRequest>| {
            let request = labgob::decode(encoded.bytes())
                .unwrap_or_else(|error| panic!("{}: cannot decode the request: {error}", R::NAME));
            // The handler may block for long.
            drop(encoded);
            let reply = handler(request);
            (labgob::encode(&reply), R::reply_fact(&reply))
        };
        let previous = self.handlers.insert(R::NAME, Box::new(answer));
        assert!(previous.is_none(), "this server already has a handler for {}", R::NAME);
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.handlers.keys()).finish()
    }
}

/// A server on a network. Adding a server again, after a restart, makes a new instance.
pub(crate) struct Instance {
    pub(crate) name: Arc<str>,
    pub(crate) life: Option<Life>,
    handlers: BTreeMap<&'static str, Handler>,
    /// Requests that have reached a handler.
    pub(crate) count: AtomicU64,
}

impl Instance {
    pub(crate) fn new(name: &str, server: Server) -> Instance {
        let Server { handlers, life } = server;
        Instance { name: name.into(), life, handlers, count: AtomicU64::new(0) }
    }

    /// # Panics
    /// If no handler has this name.
    #[track_caller]
    pub(crate) fn check_handles(&self, rpc: &str) {
        if self.handlers.contains_key(rpc) {
            return;
        }
        let service = |name: &str| name.rsplit_once('.').map(|(service, _)| service.to_owned());
        let known: Vec<_> = self.handlers.keys().copied().collect();
        let what = match known.iter().any(|name| service(name) == service(rpc)) {
            true => "method",
            false => "service",
        };
        let known = known.join(", ");
        panic!("unknown {what} in {rpc}: the server {} handles [{known}]", self.name);
    }

    pub(crate) fn handle(&self, rpc: &str, request: Arc<EncodedRequest>) -> Answer {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.handlers[rpc](request)
    }
}
