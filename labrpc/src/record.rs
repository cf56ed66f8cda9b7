//! Records what happens to calls in a stream of events, if the network has one. The order in which
//! it is recorded is what the rules of the tests rely on: see [`trace`].

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use trace::{Call, Fact, Failure, Incarnation, Party, Stream, What};

use crate::faults::FaultPlan;

/// Who is at the two sides of a client end: who sends over it, and the number of the server that it
/// sends to.
pub(crate) type Parties = (Party, usize);

/// The network's stream.
pub(crate) struct Recorder {
    stream: Option<Stream>,
    /// Calls and arrivals numbered so far. Not one of labrt's atomics: numbering is no scheduling
    /// point.
    numbers: AtomicU64,
}

/// A call whose course is recorded, or not.
#[derive(Clone)]
pub(crate) struct CallRecord(Option<(Stream, Arc<Call>)>);

/// One arrival of a request at a server.
pub(crate) struct Arrival {
    number: u64,
    at_server: Incarnation,
}

impl Recorder {
    pub(crate) fn new(stream: Option<Stream>) -> Recorder {
        Recorder { stream, numbers: AtomicU64::new(0) }
    }

    /// `call` was entered.
    pub(crate) fn sent(
        &self,
        parties: Option<Parties>,
        rpc: &'static str,
        fact: impl FnOnce() -> Option<Fact>,
    ) -> CallRecord {
        let Some(stream) = &self.stream else { return CallRecord(None) };
        let (from, to) = parties.unzip();
        let call = Call { number: self.next_number(), from, to, rpc: rpc.into(), fact: fact() };
        let call = Arc::new(call);
        stream.record(What::Sent { call: call.clone() });
        CallRecord(Some((stream.clone(), call)))
    }

    /// A request is about to reach its handler.
    pub(crate) fn arrived(
        &self,
        call: &CallRecord,
        server: Option<Incarnation>,
    ) -> Option<Arrival> {
        let (stream, call) = call.0.as_ref()?;
        let (number, at_server) = (self.next_number(), server?);
        stream.record(What::Arrived { call: call.clone(), arrival: number, at_server });
        Some(Arrival { number, at_server })
    }

    fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl CallRecord {
    /// What the request says, if it is recorded.
    pub(crate) fn fact(&self) -> Option<&Fact> {
        self.0.as_ref()?.1.fact.as_ref()
    }

    /// The network has decided what to do to the call. Only a reader wants to know; of a duplicate,
    /// watchers do as well.
    pub(crate) fn planned(&self, plan: &FaultPlan) {
        let is_wanted = |stream: &Stream| stream.is_kept() || plan.duplicate.is_some();
        let Some((stream, call)) = self.0.as_ref().filter(|(stream, _)| is_wanted(stream)) else {
            return;
        };
        stream.record(What::Planned {
            call: call.clone(),
            request_delay: plan.request_delay.as_secs_f64(),
            reply_delay: plan.reply_delay.as_secs_f64(),
            duplicate: plan.duplicate.map(|more| more.as_secs_f64()),
        });
    }

    /// The handler of this arrival has returned.
    pub(crate) fn answered(&self, arrival: Option<Arrival>, fact: Option<Fact>) {
        if let (Some((stream, call)), Some(arrival)) = (&self.0, arrival) {
            let Arrival { number, at_server } = arrival;
            let call = call.clone();
            stream.record(What::Answered { call, arrival: number, by: at_server, fact });
        }
    }

    /// `call` is about to return the reply.
    pub(crate) fn delivered(&self, fact: impl FnOnce() -> Option<Fact>) {
        if let Some((stream, call)) = &self.0 {
            stream.record(What::Delivered { call: call.clone(), fact: fact() });
        }
    }

    /// `call` is about to return without a reply.
    pub(crate) fn failed(&self, why: Failure) {
        if let Some((stream, call)) = &self.0 {
            stream.record(What::Failed { call: call.clone(), why });
        }
    }
}
