//! The caller's side of the network: a port to one server.

use std::fmt;
use std::sync::Weak;

use crate::Rpc;
use crate::calls::{Route, carry, pause};
use crate::network::Inner;

/// A port that sends to one server. A cheap handle; any number of calls may be in flight over it,
/// and they arrive in no particular order.
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
    /// lost, the server was not there, or it died meanwhile. The handler may have run in any case.
    ///
    /// # Panics
    /// If the server has no handler for this RPC, or its handler's reply is not an `R::Reply`.
    #[track_caller]
    pub fn call<R: Rpc>(&self, request: &R) -> Option<R::Reply> {
        let reply = self.exchange(R::NAME, labgob::encode(request))?;
        match labgob::decode(&reply) {
            Ok(reply) => Some(reply),
            Err(error) => panic!("{}: cannot decode the reply: {error}", R::NAME),
        }
    }

    #[track_caller]
    fn exchange(&self, rpc: &'static str, request: Vec<u8>) -> Option<Vec<u8>> {
        let network = self.network.upgrade()?;
        match network.begin_call(self.number, request.len()) {
            Route::Closed => None,
            Route::Unreachable(delay) => {
                drop(request);
                pause(delay);
                None
            }
            Route::Server(call) => carry(network, call, rpc, request),
        }
    }
}

impl fmt::Debug for ClientEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientEnd({})", self.number)
    }
}
