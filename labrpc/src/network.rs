//! The network itself: who is there, who is connected to whom, and which calls are under way.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use labrt::channel::{Receiver, Sender, bounded};
use labrt::rand::mix;
use labrt::sync::Mutex;
use labrt::sync::atomic::{AtomicU64, Ordering};
use labrt::time::Duration;

use crate::client_end::ClientEnd;
use crate::faults::{Cut, Dice, Fate, Faults, LinkFaults, Modes, dead_delay};
use crate::server::{Instance, Server};

/// A simulated network. A cheap handle: clones share it. It is closed when the last one is
/// dropped: client ends do not keep it (their owners are often what its servers' handlers own).
#[derive(Clone)]
pub struct Network {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    /// Every draw comes from this.
    seed: u64,
    /// Calls made, whatever became of them.
    total_count: AtomicU64,
    /// Bytes of all requests, and of the replies that were delivered.
    total_bytes: AtomicU64,
    /// One lock for all there is to know: a call takes it twice, for a moment.
    state: Mutex<State>,
}

struct State {
    modes: Modes,
    faults: Faults,
    /// No call is accepted any more.
    closed: bool,
    /// By number, which is what a [`ClientEnd`] knows.
    ends: Vec<End>,
    numbers: BTreeMap<String, usize>,
    servers: BTreeMap<String, Arc<Instance>>,
}

/// The network's side of a client end.
struct End {
    enabled: bool,
    server: Option<String>,
    link: LinkFaults,
    /// Keys this link's dice.
    seed: u64,
    /// Calls made over this end.
    calls: u64,
    under_way: BTreeMap<u64, Call>,
}

/// A call that may still be answered. Whoever takes it off the list decides its outcome.
struct Call {
    instance: Arc<Instance>,
    caller: Sender<Outcome>,
}

/// What became of a call at the server.
pub(crate) enum Outcome {
    Reply(Vec<u8>),
    /// The server has gone, or the end was disabled, before the handler returned.
    Dead,
}

/// Where a call goes.
pub(crate) enum Departure {
    /// The network is closed.
    Closed,
    /// Nobody is there; the caller hears of it so much later.
    Nowhere(Duration),
    /// To a server.
    To(Trip),
}

/// A call on its way.
pub(crate) struct Trip {
    pub(crate) id: CallId,
    pub(crate) instance: Arc<Instance>,
    pub(crate) fate: Fate,
    pub(crate) outcome: Receiver<Outcome>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct CallId {
    end: usize,
    call: u64,
}

impl Network {
    /// A reliable network with neither long delays nor long reordering. Its dice are drawn from
    /// the world's seed.
    #[must_use]
    pub fn new() -> Network {
        Network::with_seed(labrt::world::seed_for("network"))
    }

    /// The same, with dice from a seed of its own.
    #[must_use]
    pub fn with_seed(seed: u64) -> Network {
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
        let inner = Inner { seed, total_count, total_bytes, state: Mutex::new(state) };
        Network { inner: Arc::new(inner) }
    }

    /// A new client end, disabled and not connected.
    ///
    /// # Panics
    /// If there is one of this name already.
    #[track_caller]
    pub fn make_end(&self, name: impl Into<String>) -> ClientEnd {
        let name = name.into();
        let seed = name.bytes().fold(self.inner.seed, |seed, byte| mix(seed, byte.into()));
        let mut state = self.inner.state.lock();
        let number = state.ends.len();
        if state.numbers.contains_key(&name) {
            drop(state);
            panic!("there is a client end {name:?} already");
        }
        state.numbers.insert(name, number);
        state.ends.push(End {
            enabled: false,
            server: None,
            link: LinkFaults::default(),
            seed,
            calls: 0,
            under_way: BTreeMap::new(),
        });
        drop(state);
        ClientEnd::new(Arc::downgrade(&self.inner), number)
    }

    /// Lets the end lead to a server, which need not exist yet.
    ///
    /// # Panics
    /// If there is no such end.
    #[track_caller]
    pub fn connect(&self, end: &str, server: &str) {
        self.with_end(end, |end| end.server = Some(server.to_owned()));
    }

    /// Enables or disables the end. Disabling it fails the calls under way over it at once.
    ///
    /// # Panics
    /// If there is no such end.
    #[track_caller]
    pub fn enable(&self, end: &str, enabled: bool) {
        self.with_end(end, |end| {
            end.enabled = enabled;
            if !enabled {
                end.fail(|_| true);
            }
        });
    }

    /// Adds a server under this name, in place of the one there was, if any: then the calls under
    /// way to that one fail at once.
    pub fn add_server(&self, name: impl AsRef<str>, server: Server) {
        let name = name.as_ref();
        let instance = Arc::new(Instance::new(name, server));
        let mut state = self.inner.state.lock();
        let previous = state.servers.insert(name.to_owned(), instance);
        let forgotten = previous.inspect(|previous| state.fail_calls_to(previous));
        // A server may own the last handle on whatever its handlers use: not dropped under a lock.
        drop(state);
        drop(forgotten);
    }

    /// Takes the server of this name away. The calls under way to it fail at once, but its
    /// handlers that run go on.
    pub fn delete_server(&self, name: impl AsRef<str>) {
        let mut state = self.inner.state.lock();
        let previous = state.servers.remove(name.as_ref());
        let forgotten = previous.inspect(|previous| state.fail_calls_to(previous));
        drop(state);
        drop(forgotten);
    }

    /// On an unreliable network requests are late, and requests and replies get lost.
    pub fn set_reliable(&self, reliable: bool) {
        self.inner.state.lock().modes.reliable = reliable;
    }

    /// With long delays, a call that leads nowhere takes up to 7 s to fail.
    pub fn set_long_delays(&self, long_delays: bool) {
        self.inner.state.lock().modes.long_delays = long_delays;
    }

    /// With long reordering, most replies are late by 0.2 s to 2.2 s.
    pub fn set_long_reordering(&self, long_reordering: bool) {
        self.inner.state.lock().modes.long_reordering = long_reordering;
    }

    /// Sets how often and how badly things go wrong.
    ///
    /// # Panics
    /// If a share does not lie in 0 to 1.
    pub fn set_faults(&self, faults: Faults) {
        faults.check();
        self.inner.state.lock().faults = faults;
    }

    /// Gives the link over this end faults of its own.
    ///
    /// # Panics
    /// If there is no such end, or a share does not lie in 0 to 1.
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
        let Some(instance) = instance else { panic!("there is no server {server:?} now") };
        instance.count.load(Ordering::Relaxed)
    }

    /// How many calls were made, whatever became of them.
    #[must_use]
    pub fn total_count(&self) -> u64 {
        self.inner.total_count.load(Ordering::Relaxed)
    }

    /// The bytes of all requests, and of the replies that were delivered.
    #[must_use]
    pub fn total_bytes(&self) -> u64 {
        self.inner.total_bytes.load(Ordering::Relaxed)
    }

    /// Closes the network: later calls fail at once. Calls under way still run to their end.
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
    /// Accepts a call of so many bytes over the end, and decides what will happen to it.
    pub(crate) fn depart(&self, number: usize, bytes: usize) -> Departure {
        let mut state = self.state.lock();
        if state.closed {
            return Departure::Closed;
        }
        self.total_count.fetch_add(1, Ordering::Relaxed);
        self.count_bytes(bytes);
        state.depart(number)
    }

    /// Ends a call that is still under way; too late, and nobody hears of it.
    pub(crate) fn arrive(&self, id: CallId, outcome: Outcome) {
        let call = self.state.lock().ends[id.end].under_way.remove(&id.call);
        if let Some(call) = call {
            // The caller of a lost request does not wait.
            let _ = call.caller.try_send(outcome);
        }
    }

    pub(crate) fn count_bytes(&self, bytes: usize) {
        self.total_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

impl State {
    fn depart(&mut self, number: usize) -> Departure {
        let State { modes, faults, servers, .. } = self;
        let end = &mut self.ends[number];
        let call = end.calls;
        end.calls += 1;
        let dice = &mut Dice::new(end.seed, call);
        let reachable = end.enabled && end.link.cut != Some(Cut::Requests);
        let server = end.server.as_ref().filter(|_| reachable);
        let Some(instance) = server.and_then(|server| servers.get(server)) else {
            return Departure::Nowhere(dead_delay(*modes, faults, dice));
        };
        let mut fate = Fate::draw(*modes, faults, &end.link, dice);
        if labrt::world::simulated() {
            fate.take_time(dice);
        }
        let (caller, outcome) = bounded(1);
        end.under_way.insert(call, Call { instance: instance.clone(), caller });
        Departure::To(Trip {
            id: CallId { end: number, call },
            instance: instance.clone(),
            fate,
            outcome,
        })
    }

    fn fail_calls_to(&mut self, instance: &Arc<Instance>) {
        for end in &mut self.ends {
            end.fail(|call| Arc::ptr_eq(&call.instance, instance));
        }
    }
}

impl End {
    /// Wakes the callers of these calls with nothing.
    fn fail(&mut self, which: impl Fn(&Call) -> bool) {
        self.under_way.retain(|_, call| {
            let failed = which(call);
            if failed {
                let _ = call.caller.try_send(Outcome::Dead);
            }
            !failed
        });
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
