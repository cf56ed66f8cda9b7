//! What the kit knows of each thread: its name, its server, its world, and what it waits for.
//!
//! Every thread has one [`Record`], made when it starts (or when a thread the kit did not start
//! first calls in) and listed until it ends.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{Condvar, Mutex};

use crate::rand::{entropy, mix};
use crate::wait::Slot;
use crate::world::World;

/// Identifies a thread for the life of the process; 0 stands for no thread (see `sync::Owner`).
pub(crate) type ThreadNumber = u64;

/// One thread.
pub(crate) struct Record {
    pub(crate) number: ThreadNumber,
    pub(crate) name: Cow<'static, str>,
    /// The server this thread works for, inherited from its spawner.
    pub(crate) server: Option<Arc<str>>,
    /// The world this thread belongs to; none outside of `world::run`.
    pub(crate) world: Option<Arc<World>>,
    /// What this thread waits for just now.
    pub(crate) waits: Mutex<Slot>,
    /// Seeds this thread's generator.
    pub(crate) seed: u64,
    /// How many threads this one has spawned: the n-th child's seed is the same in every run.
    children: AtomicU64,
    /// The token of `park` and `unpark`.
    pub(crate) permit: Mutex<bool>,
    /// A condvar because a parked thread waits for its permit alone.
    pub(crate) permitted: Condvar,
}

static LISTED: Mutex<BTreeMap<ThreadNumber, Arc<Record>>> = Mutex::new(BTreeMap::new());
static NEXT: AtomicU64 = AtomicU64::new(1);

thread_local! {
    static CURRENT: RefCell<Option<Listing>> = const { RefCell::new(None) };
    // Beside CURRENT, and cheaper to read: locks want the number alone.
    static NUMBER: Cell<ThreadNumber> = const { Cell::new(0) };
}

/// Keeps a record in the list; dropped when its thread ends.
struct Listing(Arc<Record>);

impl Drop for Listing {
    fn drop(&mut self) {
        LISTED.lock().remove(&self.0.number);
    }
}

impl Record {
    pub(crate) fn new(
        name: Cow<'static, str>,
        server: Option<Arc<str>>,
        world: Option<Arc<World>>,
        seed: u64,
    ) -> Record {
        Record {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            name,
            server,
            world,
            waits: Mutex::new(Slot::default()),
            seed,
            children: AtomicU64::new(0),
            permit: Mutex::new(false),
            permitted: Condvar::new(),
        }
    }

    /// The record of a thread that this one is about to spawn.
    pub(crate) fn child(&self, name: Cow<'static, str>, server: Option<Arc<str>>) -> Record {
        let seed = mix(self.seed, self.children.fetch_add(1, Ordering::Relaxed));
        let server = server.or_else(|| self.server.clone());
        Record::new(name, server, self.world.clone(), seed)
    }

    /// Makes this the record of the calling thread, and lists it.
    pub(crate) fn begin(self: Arc<Record>) {
        LISTED.lock().insert(self.number, self.clone());
        NUMBER.set(self.number);
        CURRENT.set(Some(Listing(self)));
    }

    /// The calling thread has no work any more: it goes off the list.
    pub(crate) fn end() {
        NUMBER.set(0);
        CURRENT.set(None);
    }

    /// The record of the calling thread.
    pub(crate) fn current() -> Arc<Record> {
        let known =
            CURRENT.try_with(|current| current.borrow().as_ref().map(|listing| listing.0.clone()));
        match known {
            Ok(Some(record)) => record,
            Ok(None) => Record::adopt(),
            // The thread is past its end: thread-locals are being destroyed.
            Err(_) => Arc::new(Record::stranger()),
        }
    }

    /// The number of the calling thread.
    #[inline]
    pub(crate) fn current_number() -> ThreadNumber {
        match NUMBER.get() {
            0 => Record::current().number,
            number => number,
        }
    }

    /// The listed threads, oldest first.
    pub(crate) fn all() -> Vec<Arc<Record>> {
        LISTED.lock().values().cloned().collect()
    }

    pub(crate) fn find(number: ThreadNumber) -> Option<Arc<Record>> {
        LISTED.lock().get(&number).cloned()
    }

    /// Takes up a thread that the kit did not start (a test's main thread, for one).
    #[cold]
    fn adopt() -> Arc<Record> {
        let record = Arc::new(Record::stranger());
        record.clone().begin();
        record
    }

    fn stranger() -> Record {
        let name = std::thread::current().name().unwrap_or("unnamed").to_owned();
        Record::new(name.into(), None, None, entropy())
    }
}

/// `S1/ticker`, or `ticker` for a thread that works for no server.
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.server {
            Some(server) => write!(f, "{server}/{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}
