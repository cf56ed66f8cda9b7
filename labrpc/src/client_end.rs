//! The caller's side: one call from its start to its answer.

use std::fmt;
use std::sync::{Arc, Weak};

use labrt::thread;
use labrt::time::{Duration, Instant};

use crate::Rpc;
use crate::faults::Fate;
use crate::network::{CallId, Departure, Inner, Outcome, Trip};
use crate::server::Instance;

/// A port that sends to one server. A cheap handle; any number of calls may be under way over it,
/// and they keep no order.
#[derive(Clone)]
pub struct ClientEnd {
    /// Weak, since a server's handlers often own ends: a network would never be dropped.
    network: Weak<Inner>,
    /// The network's number for this end.
    number: usize,
}

impl ClientEnd {
    pub(crate) fn new(network: Weak<Inner>, number: usize) -> ClientEnd {
        ClientEnd { network, number }
    }

    /// Sends the request and blocks until the answer is known: the reply, or `None` if either was
    /// lost, nobody was there, or the server died meanwhile. The handler may have run in any case.
    ///
    /// # Panics
    /// If the server has no handler for this RPC, or its handler's reply is not an `R::Reply`.
    #[track_caller]
    pub fn call<R: Rpc>(&self, request: &R) -> Option<R::Reply> {
        let reply = self.exchange(R::NAME, labgob::encode(request))?;
        match labgob::decode(&reply) {
            Ok(reply) => Some(reply),
            Err(error) => panic!("{}: cannot read the reply: {error}", R::NAME),
        }
    }

    #[track_caller]
    fn exchange(&self, rpc: &'static str, request: Vec<u8>) -> Option<Vec<u8>> {
        let network = self.network.upgrade()?;
        match network.depart(self.number, request.len()) {
            Departure::Closed => None,
            Departure::Nowhere(delay) => {
                pause(delay);
                None
            }
            Departure::To(trip) => travel(network, trip, rpc, request),
        }
    }
}

/// Takes the caller's thread along: it sleeps through the delays and waits for the handler.
#[track_caller]
fn travel(network: Arc<Inner>, trip: Trip, rpc: &'static str, request: Vec<u8>) -> Option<Vec<u8>> {
    let Trip { id, instance, fate, outcome } = trip;
    instance.check_handles(rpc);
    let delivery = Delivery { network: network.clone(), id, instance, rpc, request };
    let sent = Instant::now();
    if !fate.request_delay.is_zero() && outcome.recv_timeout(fate.request_delay).is_ok() {
        // The server has gone, or the end was disabled. The request is on its way all the same.
        if !fate.request_lost {
            delivery.arrive_after(fate.request_delay.saturating_sub(sent.elapsed()), &fate);
        }
        return None;
    }
    if fate.request_lost {
        network.arrive(id, Outcome::Dead);
        return None;
    }
    delivery.arrive_after(Duration::ZERO, &fate);
    let Ok(Outcome::Reply(reply)) = outcome.recv() else { return None };
    if let Some(delay) = fate.reply_lost {
        pause(delay);
        return None;
    }
    pause(fate.reply_delay);
    network.count_bytes(reply.len());
    Some(reply)
}

impl fmt::Debug for ClientEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientEnd({})", self.number)
    }
}

#[track_caller]
fn pause(delay: Duration) {
    if !delay.is_zero() {
        thread::sleep(delay);
    }
}

/// A request at the server's door.
#[derive(Clone)]
struct Delivery {
    network: Arc<Inner>,
    id: CallId,
    instance: Arc<Instance>,
    rpc: &'static str,
    request: Vec<u8>,
}

impl Delivery {
    /// Reaches the server, and perhaps reaches it again.
    fn arrive_after(self, delay: Duration, fate: &Fate) {
        if let Some(more) = fate.duplicate {
            self.clone().start(delay + more);
        }
        self.start(delay);
    }

    /// Lets the handler run, on a thread of its own that bears its name.
    fn start(self, delay: Duration) {
        let thread = thread::Builder::new().name(self.rpc).server(self.instance.name.clone());
        let handler = move || {
            pause(delay);
            let reply = self.instance.handle(self.rpc, &self.request);
            self.network.arrive(self.id, Outcome::Reply(reply));
        };
        if let Err(error) = thread.spawn(handler) {
            panic!("{error}. Do threads leak?");
        }
    }
}

impl Drop for Delivery {
    /// A handler that panics answers nothing; its caller must not wait for ever.
    fn drop(&mut self) {
        if thread::panicking() {
            self.network.arrive(self.id, Outcome::Dead);
        }
    }
}
