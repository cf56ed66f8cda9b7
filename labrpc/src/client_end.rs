//! The caller's side of the network: a port to one server.

use std::fmt;
use std::sync::{Arc, Weak};

use trace::Failure;

use crate::Rpc;
use crate::calls::{Route, carry, pause};
use crate::in_flight::Counted;
use crate::network::Inner;
use crate::record::{CallRecord, Parties};

/// A port that sends to one server. A cheap handle; any number of calls may be in flight over it,
/// and they arrive in no particular order.
#[derive(Clone)]
pub struct ClientEnd {
    /// Weak, since a server's handlers often own ends: a network would never be dropped.
    network: Weak<Inner>,
    /// The network's number for this end.
    number: usize,
    /// Who is at its two sides, if the network was told.
    parties: Option<Parties>,
}

impl ClientEnd {
    pub(crate) fn new(network: Weak<Inner>, number: usize, parties: Option<Parties>) -> ClientEnd {
        ClientEnd { network, number, parties }
    }

    /// Sends the request and blocks until the answer is known: the reply, or `None` if either was
    /// lost, the server was not there, or it died meanwhile. The handler may have run in any case.
    ///
    /// # Panics
    /// If the server has no handler for this RPC, or its handler's reply is not an `R::Reply`.
    #[track_caller]
    pub fn call<R: Rpc>(&self, request: &R) -> Option<R::Reply> {
        let network = self.network.upgrade()?;
        let record = network.recorder.sent(self.parties, R::NAME, || request.fact());
        let reply = self.exchange(network, R::NAME, labgob::encode(request), &record);
        match reply.map(|reply| labgob::decode(&reply)) {
            Ok(Ok(reply)) => {
                record.delivered(|| R::reply_fact(&reply));
                Some(reply)
            }
            Ok(Err(error)) => panic!("{}: cannot decode the reply: {error}", R::NAME),
            Err(failure) => {
                record.failed(failure);
                None
            }
        }
    }

    #[track_caller]
    fn exchange(
        &self,
        network: Arc<Inner>,
        rpc: &'static str,
        request: Vec<u8>,
        record: &CallRecord,
    ) -> Result<Vec<u8>, Failure> {
        match network.begin_call(self.number, request.len()) {
            Route::Closed => Err(Failure::Closed),
            Route::Unreachable(delay) => {
                drop(request);
                let _counted = Counted::unreachable();
                pause(delay);
                Err(Failure::Unreachable)
            }
            Route::Server(call) => carry(network, call, rpc, request, record),
        }
    }
}

impl fmt::Debug for ClientEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientEnd({})", self.number)
    }
}
