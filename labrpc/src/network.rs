//! The network itself: its servers and client ends, which are connected, and how it treats calls.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use labrt::rand::mix;
use labrt::sync::Mutex;
use labrt::sync::atomic::{AtomicU64, Ordering};

use crate::calls::{CallId, InFlight, Outcome, PendingCall, Route};
use crate::client_end::ClientEnd;
use crate::faults::{Cut, Dice, FaultPlan, Faults, LinkFaults, Modes, dead_delay};
use crate::life::Life;
use crate::record::{Parties, Recorder};
use crate::server::{Instance, Server};
use trace::{Party, Stream};

/// A simulated network. A cheap handle: clones share it. It is closed when the last one is
/// dropped; client ends do not keep it open, for handlers on the network often own some of them.
#[derive(Clone)]
pub struct Network {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    /// Every draw comes from this.
    seed: u64,
    /// Calls made, with or without a reply.
    total_count: AtomicU64,
    /// Bytes of all requests, and of the replies that were delivered.
    total_bytes: AtomicU64,
    pub(crate) recorder: Recorder,
    /// Whether requests on their way reach a server's successor. Looking is no scheduling point.
    requests_outlive: AtomicBool,
    /// One lock for everything that changes: a call takes it twice, briefly.
    state: Mutex<State>,
}

struct State {
    modes: Modes,
    faults: Faults,
    /// No call is accepted any more.
    closed: bool,
    /// By number; a [`ClientEnd`] knows its own.
    ends: Vec<End>,
    numbers: BTreeMap<String, usize>,
    servers: BTreeMap<String, Arc<Instance>>,
}

/// The network's side of a client end.
struct End {
    enabled: bool,
    /// Of the server that sends over it, if the network was told: no request leaves after it.
    life: Option<Life>,
    server: Option<String>,
    link: LinkFaults,
    /// Keys this link's dice.
    seed: u64,
    /// Calls made over this end.
    calls: u64,
    in_flight: InFlight,
}

impl Network {
    /// A reliable network with neither long delays nor long reordering. Its dice are drawn from
    /// the world's seed.
    #[must_use]
    pub fn new() -> Network {
        Network::with_seed(labrt::world::seed_for("network"))
    }

    /// The same, which records what happens to every call. Who sends and who answers it is recorded
    /// if it is told: [`make_end_between`](Network::make_end_between),
    /// [`Server::set_incarnation`].
    #[must_use]
    pub fn recorded(stream: Stream) -> Network {
        Network::build(labrt::world::seed_for("network"), Some(stream))
    }

    /// The same, with dice from a seed of its own.
    #[must_use]
    pub fn with_seed(seed: u64) -> Network {
        Network::build(seed, None)
    }

    fn build(seed: u64, stream: Option<Stream>) -> Network {
        let modes = Modes { reliable: true, long_delays: false, long_reordering: false };
        let state = State {
            modes,
            faults: Faults::default(),
            closed: false,
            ends: Vec::new(),
            numbers: BTreeMap::new(),
            servers: BTreeMap::new(),
        };
        let (total_count, total_bytes) = (AtomicU64::new(0), AtomicU64::new(0));
        let (recorder, state) = (Recorder::new(stream), Mutex::new(state));
        let requests_outlive = AtomicBool::new(false);
        let inner = Inner { seed, total_count, total_bytes, recorder, requests_outlive, state };
        Network { inner: Arc::new(inner) }
    }

    /// A new client end, disabled and not connected.
    ///
    /// # Panics
    /// If there is one of this name already.
    #[track_caller]
    pub fn make_end(&self, name: impl Into<String>) -> ClientEnd {
        self.add_end(name.into(), None, None)
    }

    /// The same, for calls from this party to the server of this number: they are recorded so.
    ///
    /// # Panics
    /// If there is an end of this name already.
    #[track_caller]
    pub fn make_end_between(&self, name: impl Into<String>, from: Party, to: usize) -> ClientEnd {
        self.add_end(name.into(), Some((from, to)), None)
    }

    /// The same, for calls of a life of a server: no request leaves when it is over.
    ///
    /// # Panics
    /// If there is an end of this name already.
    #[track_caller]
    pub fn make_end_of(&self, name: impl Into<String>, life: &Life, to: usize) -> ClientEnd {
        let from = Party::Server(life.incarnation());
        self.add_end(name.into(), Some((from, to)), Some(life.clone()))
    }

    #[track_caller]
    fn add_end(&self, name: String, parties: Option<Parties>, life: Option<Life>) -> ClientEnd {
        let seed = name.bytes().fold(self.inner.seed, |seed, byte| mix(seed, byte.into()));
        let mut state = self.inner.state.lock();
        let number = state.ends.len();
        if state.numbers.contains_key(&name) {
            drop(state);
            panic!("there already is a client end {name:?}");
        }
        state.numbers.insert(name, number);
        state.ends.push(End {
            enabled: false,
            life,
            server: None,
            link: LinkFaults::default(),
            seed,
            calls: 0,
            in_flight: InFlight::default(),
        });
        drop(state);
        ClientEnd::new(Arc::downgrade(&self.inner), number, parties)
    }

    /// Connects the end to a server, which need not exist yet.
    ///
    /// # Panics
    /// If there is no such end.
    #[track_caller]
    pub fn connect(&self, end: &str, server: &str) {
        self.with_end(end, |end| end.server = Some(server.to_owned()));
    }

    /// Enables or disables the end. Disabling it fails the calls in flight over it at once.
    ///
    /// # Panics
    /// If there is no such end.
    #[track_caller]
    pub fn enable(&self, end: &str, enabled: bool) {
        self.with_end(end, |end| {
            end.enabled = enabled;
            if !enabled {
                end.in_flight.fail_all();
            }
        });
    }

    /// Adds a server under this name. If there was one, it is replaced, and the calls in flight to
    /// it fail at once.
    pub fn add_server(&self, name: impl AsRef<str>, server: Server) {
        let name = name.as_ref();
        let instance = Arc::new(Instance::new(name, server));
        let mut state = self.inner.state.lock();
        let previous = state.servers.insert(name.to_owned(), instance);
        let failed = previous.inspect(|previous| state.fail_calls_to(previous));
        // Not dropped under the lock: a server may own the last handle on what its handlers use.
        drop(state);
        drop(failed);
    }

    /// Removes the server of this name. The calls in flight to it fail at once, but handlers that
    /// are running go on.
    pub fn delete_server(&self, name: impl AsRef<str>) {
        let mut state = self.inner.state.lock();
        let previous = state.servers.remove(name.as_ref());
        let failed = previous.inspect(|previous| state.fail_calls_to(previous));
        drop(state);
        drop(failed);
    }

    /// On an unreliable network requests are late, and requests and replies get lost.
    pub fn set_reliable(&self, reliable: bool) {
        self.inner.state.lock().modes.reliable = reliable;
    }

    /// With long delays, a call to an unreachable server takes up to 7 s to fail.
    pub fn set_long_delays(&self, long_delays: bool) {
        self.inner.state.lock().modes.long_delays = long_delays;
    }

    /// With long reordering, most replies are late by 0.2 s to 2.2 s.
    pub fn set_long_reordering(&self, long_reordering: bool) {
        self.inner.state.lock().modes.long_reordering = long_reordering;
    }

    /// A request that is on its way when its server is deleted or replaced reaches whoever has the
    /// server's name when it arrives, as on a real network, and that one's answer returns. If not
    /// (the default), the call fails at once, and the request reaches the old handlers, who are
    /// heard by nobody. Either way it fails when its end is disabled.
    pub fn set_requests_outlive(&self, outlive: bool) {
        self.inner.requests_outlive.store(outlive, Ordering::Relaxed);
    }

    /// What was last [set](Network::set_requests_outlive).
    #[must_use]
    pub fn requests_outlive(&self) -> bool {
        self.inner.requests_outlive.load(Ordering::Relaxed)
    }

    /// Sets how often and how badly things go wrong.
    ///
    /// # Panics
    /// If a share is not from 0 to 1.
    pub fn set_faults(&self, faults: Faults) {
        faults.check();
        self.inner.state.lock().faults = faults;
    }

    /// Gives the link over this end faults of its own.
    ///
    /// # Panics
    /// If there is no such end, or a share is not from 0 to 1.
    #[track_caller]
    pub fn set_link(&self, end: &str, faults: LinkFaults) {
        faults.check();
        self.with_end(end, |end| end.link = faults);
    }

    /// How many requests have reached the server of this name since it was added.
    ///
    /// # Panics
    /// If there is no such server.
    #[must_use]
    #[track_caller]
    pub fn count(&self, server: &str) -> u64 {
        let instance = self.inner.state.lock().servers.get(server).cloned();
        let Some(instance) = instance else { panic!("there is no server {server:?}") };
        instance.count.load(Ordering::Relaxed)
    }

    /// How many calls were made, with or without a reply.
    #[must_use]
    pub fn total_count(&self) -> u64 {
        self.inner.total_count.load(Ordering::Relaxed)
    }

    /// The bytes of all requests, and of the replies that were delivered.
    #[must_use]
    pub fn total_bytes(&self) -> u64 {
        self.inner.total_bytes.load(Ordering::Relaxed)
    }

    /// Closes the network: later calls fail at once. Calls in flight still run to their end.
    pub fn cleanup(&self) {
        self.inner.state.lock().closed = true;
    }

    #[track_caller]
    fn with_end<T>(&self, name: &str, change: impl FnOnce(&mut End) -> T) -> T {
        let mut state = self.inner.state.lock();
        let number = state.numbers.get(name).copied();
        match number {
            Some(number) => change(&mut state.ends[number]),
            None => {
                drop(state);
                panic!("there is no client end {name:?}")
            }
        }
    }
}

impl Inner {
    /// Accepts a call of so many bytes over the end, and decides its route and its faults.
    pub(crate) fn begin_call(&self, number: usize, bytes: usize) -> Route {
        let mut state = self.state.lock();
        if state.closed {
            return Route::Closed;
        }
        self.total_count.fetch_add(1, Ordering::Relaxed);
        self.count_bytes(bytes);
        state.begin_call(number, self.requests_outlive.load(Ordering::Relaxed))
    }

    /// At whom a request arrives that was sent to this instance. None: the server is not there.
    pub(crate) fn receiver(&self, id: CallId, sent_to: &Arc<Instance>) -> Option<Arc<Instance>> {
        if !self.requests_outlive.load(Ordering::Relaxed) {
            return Some(sent_to.clone());
        }
        let mut state = self.state.lock();
        let present = state.servers.get(&*sent_to.name).cloned()?;
        state.ends[id.end].in_flight.arrived(id.call, &present);
        Some(present)
    }

    /// Ends a call that is still in flight; one that has ended already keeps its outcome.
    pub(crate) fn finish_call(&self, id: CallId, outcome: Outcome) {
        let call = self.state.lock().ends[id.end].in_flight.remove(id.call);
        if let Some(call) = call {
            call.finish(outcome);
        }
    }

    pub(crate) fn count_bytes(&self, bytes: usize) {
        self.total_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

impl State {
    fn begin_call(&mut self, number: usize, outlives: bool) -> Route {
        let State { modes, faults, servers, .. } = self;
        let end = &mut self.ends[number];
        let call = end.calls;
        end.calls += 1;
        let dice = &mut Dice::new(end.seed, call);
        let is_over = end.life.as_ref().is_some_and(Life::is_over);
        let reachable = end.enabled && !is_over && end.link.cut != Some(Cut::Requests);
        let server = end.server.as_ref().filter(|_| reachable);
        let Some(instance) = server.and_then(|server| servers.get(server)) else {
            return Route::Unreachable(dead_delay(*modes, faults, dice));
        };
        let mut plan = FaultPlan::draw(*modes, faults, &end.link, dice);
        if labrt::world::simulated() {
            plan.add_latency(dice);
            plan.add_reordering(labrt::sim::reorder(), end.seed, dice);
        }
        let receiver = (!outlives).then(|| instance.clone());
        let outcome = end.in_flight.insert(call, receiver);
        let id = CallId { end: number, call };
        Route::Server(PendingCall { id, instance: instance.clone(), plan, outcome })
    }

    fn fail_calls_to(&mut self, instance: &Arc<Instance>) {
        for end in &mut self.ends {
            end.in_flight.fail_to(instance);
        }
    }
}

impl Default for Network {
    fn default() -> Network {
        Network::new()
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.inner.state.lock();
        let servers: Vec<_> = state.servers.keys().collect();
        write!(f, "Network({:?}, {} ends, servers {servers:?})", state.modes, state.ends.len())
    }
}
