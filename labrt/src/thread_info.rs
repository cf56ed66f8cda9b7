//! What the kit knows of each thread: its name, its server, its world, and what it waits for.
//!
//! Every thread has one [`ThreadInfo`], made when it starts, or, if the kit did not start it, when
//! it first calls labrt. Until the thread ends, it is listed: here on the OS, by its world's engine
//! under simulation.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use rand::rngs::ChaCha8Rng;

use crate::runtime::{current_sim, worlds};
use crate::seed::{entropy, mix};
use crate::time::Instant;
use crate::wait::{Site, WaitSlot};
use crate::world::World;

/// Identifies a thread for the life of the process; 0 stands for no thread (see `sync::Owner`).
pub(crate) type ThreadNumber = u64;

/// No thread is late until then.
pub(crate) const NOT_LATE: u64 = 0;

/// One thread.
pub(crate) struct ThreadInfo {
    pub(crate) number: ThreadNumber,
    /// The number that `ThreadId` shows: under simulation it counts from 1 in every world, so
    /// that a log with it is the same in every run.
    pub(crate) id: u64,
    name: Name,
    /// The server this thread works for, inherited from its spawner.
    pub(crate) server: Option<Arc<str>>,
    /// The server that this thread works for just now, in [`for_server`], and for which what it
    /// spawns works. Only the thread itself sets it.
    ///
    /// [`for_server`]: crate::thread::for_server
    pub(crate) on_behalf_of: Mutex<Option<Arc<str>>>,
    /// The world this thread belongs to; none outside of `world::run`.
    pub(crate) world: Option<Arc<World>>,
    /// What this thread waits for just now.
    pub(crate) waits: Mutex<WaitSlot>,
    /// Under simulation: late, though it could run, until then (nanoseconds since the world began).
    pub(crate) late_until: AtomicU64,
    /// Seeds this thread's generator.
    pub(crate) seed: u64,
    /// Made with the first draw. Only the thread itself draws, so the lock is never contended.
    pub(crate) generator: Mutex<Option<Box<ChaCha8Rng>>>,
    /// How many threads this one has spawned: the n-th child's seed is the same in every run.
    children: AtomicU64,
    /// The token of `park` and `unpark`.
    pub(crate) permit: Mutex<bool>,
    /// A condvar because a parked thread waits for its permit alone.
    pub(crate) permitted: Condvar,
}

/// A thread's name.
#[derive(Debug)]
pub(crate) struct Name {
    /// As it was given, to this thread or to the one it descends from.
    root: Cow<'static, str>,
    /// Where it was spawned, if it was given no name of its own.
    spawned: Option<Site>,
    /// Formatted when first asked for: most threads end before that.
    text: OnceLock<String>,
}

impl Name {
    pub(crate) fn given(name: Cow<'static, str>) -> Name {
        Name { root: name, spawned: None, text: OnceLock::new() }
    }

    /// `ticker/spawn@election.rs:41`; the grandchildren's names grow no longer.
    fn of_child(&self, site: Site) -> Name {
        Name { root: self.root.clone(), spawned: Some(site), text: OnceLock::new() }
    }

    fn text(&self) -> &str {
        if self.spawned.is_none() { &self.root } else { self.text.get_or_init(|| self.to_string()) }
    }
}

/// Allocates nothing: a signal handler prints names.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.root)?;
        let Some(site) = self.spawned else { return Ok(()) };
        let file = site.file().rsplit(['/', '\\']).next().unwrap_or_default();
        write!(f, "/spawn@{file}:{}", site.line())
    }
}

static LISTED: Mutex<BTreeMap<ThreadNumber, Arc<ThreadInfo>>> = Mutex::new(BTreeMap::new());
static NEXT: AtomicU64 = AtomicU64::new(1);

thread_local! {
    /// The `ThreadInfo` of the thread that runs here. Kept alive by `LISTING`, or by what carries
    /// the simulated thread.
    static CURRENT: Cell<*const ThreadInfo> = const { Cell::new(std::ptr::null()) };
    static LISTING: RefCell<Option<Listing>> = const { RefCell::new(None) };
    // Beside CURRENT, and cheaper to read: locks want the number alone.
    static NUMBER: Cell<ThreadNumber> = const { Cell::new(0) };
}

/// Keeps a `ThreadInfo` in the list; dropped when its thread ends.
struct Listing(Arc<ThreadInfo>);

impl Drop for Listing {
    fn drop(&mut self) {
        ThreadInfo::rest();
        LISTED.lock().remove(&self.0.number);
    }
}

impl ThreadInfo {
    pub(crate) fn new(
        name: Name,
        server: Option<Arc<str>>,
        world: Option<Arc<World>>,
        seed: u64,
    ) -> ThreadInfo {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let engine = world.as_ref().and_then(|world| world.engine());
        ThreadInfo {
            number,
            id: engine.map_or(number, |engine| engine.number_thread()),
            name,
            server,
            on_behalf_of: Mutex::new(None),
            world,
            waits: Mutex::new(WaitSlot::default()),
            late_until: AtomicU64::new(NOT_LATE),
            seed,
            generator: Mutex::new(None),
            children: AtomicU64::new(0),
            permit: Mutex::new(false),
            permitted: Condvar::new(),
        }
    }

    /// The `ThreadInfo` of a thread that this one is about to spawn.
    pub(crate) fn child(
        &self,
        name: Option<Cow<'static, str>>,
        server: Option<Arc<str>>,
        site: Site,
    ) -> ThreadInfo {
        let seed = mix(self.seed, self.children.fetch_add(1, Ordering::Relaxed));
        let server = server.or_else(|| self.serves());
        let name = name.map_or_else(|| self.name.of_child(site), Name::given);
        ThreadInfo::new(name, server, self.world.clone(), seed)
    }

    /// Makes this the `ThreadInfo` of the calling thread, and lists it.
    pub(crate) fn begin(self: Arc<ThreadInfo>) {
        LISTED.lock().insert(self.number, self.clone());
        ThreadInfo::run(&self);
        LISTING.set(Some(Listing(self)));
    }

    /// The calling thread has no work any more: it goes off the list.
    pub(crate) fn end() {
        LISTING.set(None);
    }

    /// From here on this is the `ThreadInfo` of the calling OS thread. The caller keeps it alive
    /// until [`rest`](ThreadInfo::rest), or until another takes its place.
    #[inline]
    pub(crate) fn run(info: &Arc<ThreadInfo>) {
        NUMBER.set(info.number);
        CURRENT.set(Arc::as_ptr(info));
    }

    /// The calling OS thread is no thread of the lab any more.
    pub(crate) fn rest() {
        NUMBER.set(0);
        CURRENT.set(std::ptr::null());
    }

    /// The `ThreadInfo` of the calling thread.
    #[inline]
    pub(crate) fn current() -> Arc<ThreadInfo> {
        let current = CURRENT.get();
        if current.is_null() {
            return ThreadInfo::adopt();
        }
        // SAFETY: it came out of an `Arc`, which is still alive (see `run`); the one made of it
        // here is not dropped, so it counts for nothing.
        let current = ManuallyDrop::new(unsafe { Arc::from_raw(current) });
        Arc::clone(&current)
    }

    /// As [`current`](ThreadInfo::current), but makes none and counts nothing: for a signal
    /// handler, which the thread outlives, and with it the `ThreadInfo`.
    #[cfg(unix)]
    pub(crate) fn running_here() -> Option<&'static ThreadInfo> {
        // SAFETY: null, or out of an `Arc` that is alive while the thread is (see `run`).
        unsafe { CURRENT.get().as_ref() }
    }

    /// The number of the calling thread.
    #[inline]
    pub(crate) fn current_number() -> ThreadNumber {
        match NUMBER.get() {
            0 => ThreadInfo::current().number,
            number => number,
        }
    }

    /// The listed threads, oldest first.
    pub(crate) fn all() -> Vec<Arc<ThreadInfo>> {
        LISTED.lock().values().cloned().collect()
    }

    /// The thread of this number, if it has not ended.
    pub(crate) fn find(number: ThreadNumber) -> Option<Arc<ThreadInfo>> {
        let here = current_sim().and_then(|sim| sim.find(number));
        here.or_else(|| LISTED.lock().get(&number).cloned())
            .or_else(|| worlds().iter().find_map(|engine| engine.find(number)))
    }

    /// Until when the thread is late, if it is: since its world began.
    pub(crate) fn late_until(&self) -> Option<Duration> {
        let until = self.late_until.load(Ordering::Relaxed);
        (until != NOT_LATE).then(|| Duration::from_nanos(until))
    }

    /// What this thread's clock shows. Costs nothing, and is no scheduling point.
    pub(crate) fn now(&self) -> Instant {
        match self.world.as_ref().and_then(|world| world.engine()) {
            Some(engine) => Instant::of_world(engine.elapsed()),
            None => Instant::from_os(std::time::Instant::now()),
        }
    }

    /// The server that this thread works for at present.
    pub(crate) fn serves(&self) -> Option<Arc<str>> {
        self.on_behalf_of.lock().clone().or_else(|| self.server.clone())
    }

    pub(crate) fn name(&self) -> &str {
        self.name.text()
    }

    /// The name that was given to this thread, or to the one it descends from.
    pub(crate) fn root_name(&self) -> &str {
        &self.name.root
    }

    /// Makes a `ThreadInfo` for a thread that the kit did not start (a test's main thread, for
    /// one).
    #[cold]
    fn adopt() -> Arc<ThreadInfo> {
        let name = std::thread::current().name().unwrap_or("unnamed").to_owned();
        let info = Arc::new(ThreadInfo::new(Name::given(name.into()), None, None, entropy()));
        // Past its end, when thread-locals are being destroyed, a thread is not listed any more.
        if LISTING.try_with(|_| ()).is_ok() {
            info.clone().begin();
        }
        info
    }
}

/// `S1/ticker`, or `ticker` for a thread that works for no server.
impl fmt::Display for ThreadInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.server {
            Some(server) => write!(f, "{server}/{}", self.name),
            None => self.name.fmt(f),
        }
    }
}
