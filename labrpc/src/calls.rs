//! A call from its request to its outcome: the calls in flight, and the threads that carry them.
//!
//! What first removes a call from [`InFlight`] decides its outcome: the handler's return, or a
//! deletion, replacement or disabling, which wakes the caller at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use labrt::channel::{Receiver, Sender, bounded};
use labrt::thread;
use labrt::time::{Duration, Instant};

use crate::faults::FaultPlan;
use trace::Failure;

use crate::in_flight::{Counted, EncodedRequest};
use crate::life::Life;
use crate::network::Inner;
use crate::record::CallRecord;
use crate::server::Instance;

/// Which call is meant, on the whole network.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallId {
    /// The number of the client end.
    pub(crate) end: usize,
    /// The number of the call over that end.
    pub(crate) call: u64,
}

/// What became of a call at the server.
pub(crate) enum Outcome {
    /// The handler returned this.
    Reply(Vec<u8>),
    /// The server has gone, or the end was disabled, before the handler returned.
    Dead,
}

/// Where a call goes.
pub(crate) enum Route {
    /// Nowhere: the network is closed. The caller learns it at once.
    Closed,
    /// Nowhere: the end is disabled, or its server does not exist. The caller learns it this late.
    Unreachable(Duration),
    /// To a server.
    Server(PendingCall),
}

/// A call to a server, whose outcome is not known yet.
pub(crate) struct PendingCall {
    pub(crate) id: CallId,
    pub(crate) instance: Arc<Instance>,
    pub(crate) plan: FaultPlan,
    pub(crate) outcome: Receiver<Outcome>,
}

/// The calls in flight over one end, by number.
#[derive(Default)]
pub(crate) struct InFlight {
    calls: BTreeMap<u64, Call>,
}

/// A call that may still be answered.
pub(crate) struct Call {
    /// Whose end fails it. None for a request on its way that outlives whom it was sent to.
    receiver: Option<Arc<Instance>>,
    /// Has room for one outcome, so that sending never blocks.
    caller: Sender<Outcome>,
}

impl InFlight {
    /// Adds a call; its outcome will arrive at the receiver.
    pub(crate) fn insert(
        &mut self,
        call: u64,
        receiver: Option<Arc<Instance>>,
    ) -> Receiver<Outcome> {
        let (caller, outcome) = bounded(1);
        self.calls.insert(call, Call { receiver, caller });
        outcome
    }

    /// The request has arrived at this instance.
    pub(crate) fn arrived(&mut self, call: u64, at: &Arc<Instance>) {
        if let Some(call) = self.calls.get_mut(&call) {
            call.receiver = Some(at.clone());
        }
    }

    /// Removes a call, unless it has its outcome already.
    pub(crate) fn remove(&mut self, call: u64) -> Option<Call> {
        self.calls.remove(&call)
    }

    /// Fails every call over this end.
    pub(crate) fn fail_all(&mut self) {
        self.fail(|_| true);
    }

    /// Fails the calls to this instance.
    pub(crate) fn fail_to(&mut self, instance: &Arc<Instance>) {
        let is_it = |receiver: &Arc<Instance>| Arc::ptr_eq(receiver, instance);
        self.fail(|call| call.receiver.as_ref().is_some_and(is_it));
    }

    fn fail(&mut self, fails: impl Fn(&Call) -> bool) {
        self.calls.retain(|_, call| {
            let failed = fails(call);
            if failed {
                call.finish(Outcome::Dead);
            }
            !failed
        });
    }
}

impl Call {
    /// Wakes the caller with the outcome.
    pub(crate) fn finish(&self, outcome: Outcome) {
        // The caller of a lost request no longer waits.
        let _ = self.caller.try_send(outcome);
    }
}

/// Carries a call on the caller's thread: it sleeps while the request is late, waits for the
/// handler, and sleeps while the reply is late. Thousands of calls may wait at once, so none holds
/// bytes that nobody will read.
#[track_caller]
pub(crate) fn carry(
    network: Arc<Inner>,
    call: PendingCall,
    rpc: &'static str,
    request: Vec<u8>,
    record: &CallRecord,
) -> Result<Vec<u8>, Failure> {
    let PendingCall { id, instance, plan, outcome } = call;
    instance.check_handles(rpc);
    record.planned(&plan);
    let _counted = Counted::other();
    if plan.request_lost {
        drop(request);
        // It may fail earlier, if the server has gone or the end was disabled.
        let _ = outcome.recv_timeout(plan.request_delay);
        network.finish_call(id, Outcome::Dead);
        return Err(Failure::RequestLost);
    }
    let request = Arc::new(EncodedRequest::new(request));
    let record = record.clone();
    let delivery = Delivery { network: network.clone(), id, instance, rpc, record };
    let sent = Instant::now();
    if !plan.request_delay.is_zero() && outcome.recv_timeout(plan.request_delay).is_ok() {
        // The server has gone, or the end was disabled. The request still arrives.
        let delay = plan.request_delay.saturating_sub(sent.elapsed());
        delivery.arrive_after(request, delay, &plan);
        return Err(Failure::ReceiverGone);
    }
    delivery.arrive_after(request, Duration::ZERO, &plan);
    let Ok(Outcome::Reply(reply)) = outcome.recv() else {
        return Err(Failure::ReceiverGone);
    };
    if let Some(delay) = plan.reply_lost {
        drop(reply);
        pause(delay);
        return Err(Failure::ReplyLost);
    }
    pause(plan.reply_delay);
    network.count_bytes(reply.len());
    Ok(reply)
}

/// Sleeps, unless the delay is zero.
#[track_caller]
pub(crate) fn pause(delay: Duration) {
    if !delay.is_zero() {
        thread::sleep(delay);
    }
}

/// The way of a request to a handler.
#[derive(Clone)]
struct Delivery {
    network: Arc<Inner>,
    id: CallId,
    instance: Arc<Instance>,
    rpc: &'static str,
    record: CallRecord,
}

impl Delivery {
    /// Delivers the request after a delay, and a duplicate of it if one is planned.
    fn arrive_after(self, request: Arc<EncodedRequest>, delay: Duration, plan: &FaultPlan) {
        if let Some(more) = plan.duplicate {
            self.clone().start(request.clone(), delay + more);
        }
        self.start(request, delay);
    }

    /// Runs the handler after a delay, on a thread of its own with the RPC's name.
    fn start(self, request: Arc<EncodedRequest>, delay: Duration) {
        let rpc = self.rpc;
        let thread = thread::Builder::new().name(rpc).server(self.instance.name.clone());
        let handler = move || {
            pause(delay);
            let outcome = match self.network.receiver(self.id, &self.instance) {
                Some(receiver) => self.reply_of(&receiver, request),
                None => Outcome::Dead,
            };
            self.network.finish_call(self.id, outcome);
        };
        if let Err(error) = thread.spawn(handler) {
            panic!("{error}. Do threads leak?");
        }
    }

    /// Runs the handler. Under simulation no other thread runs from its return until the reply is
    /// known to leave: a server that crashes at it has done nothing else since.
    fn reply_of(&self, receiver: &Instance, request: Arc<EncodedRequest>) -> Outcome {
        let life = receiver.life.as_ref();
        let arrival = self.network.recorder.arrived(&self.record, life.map(Life::incarnation));
        let (reply, fact) = receiver.handle(self.rpc, request);
        let is_last = life.is_some_and(|life| life.is_last(self.record.fact(), fact.as_ref()));
        self.record.answered(arrival, fact);
        match life.is_none_or(|life| life.reply_leaves(is_last)) {
            true => Outcome::Reply(reply),
            false => Outcome::Dead,
        }
    }
}

impl Drop for Delivery {
    /// A handler that panics sends no reply; its caller must not wait forever.
    fn drop(&mut self) {
        if thread::panicking() {
            self.network.finish_call(self.id, Outcome::Dead);
        }
    }
}
