//! Which runtime an operation runs on: the OS or a simulated world. And which world an object
//! belongs to.
//!
//! An object belongs to one world: using it from another would let a simulated thread block the OS
//! thread it runs on, or one world's schedule depend on another's. (All of the OS is one world
//! here.) A channel belongs for good to the world it is made in; a lock, which may be a `static`,
//! to the one it is first used in, until that world ends. Operations that may block or be contended
//! call [`WorldBinding::enter`] first and match on the [`Runtime`] it returns.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::sim::engine::{Engine, Key};
use crate::sim::guard::bypass;
use crate::sim::trace::ObjectNumber;

/// A runtime that threads of the lab can run on.
#[derive(Clone, Copy)]
pub(crate) enum Runtime {
    /// OS threads, real time.
    Os,
    /// Simulated threads, virtual time.
    Sim(Sim),
}

/// The simulated world of the calling thread.
#[derive(Clone, Copy)]
pub(crate) struct Sim(*const Engine);

impl std::ops::Deref for Sim {
    type Target = Engine;
    #[inline(always)]
    fn deref(&self) -> &Engine {
        // SAFETY: the pointer is the calling thread's (`Sim` is not `Send`), and the engine
        // outlives every thread it runs.
        unsafe { &*self.0 }
    }
}

/// The world number of OS threads.
const OS: u32 = 1;
/// The number of the first simulated world.
pub(crate) const FIRST_WORLD: u32 = 2;

thread_local! {
    static WORLD: Cell<u32> = const { Cell::new(OS) };
    static ENGINE: Cell<*const Engine> = const { Cell::new(std::ptr::null()) };
}

/// Simulated worlds that have not ended.
static ALIVE: Mutex<BTreeMap<u32, Arc<Engine>>> = Mutex::new(BTreeMap::new());

/// Locks the list. Other worlds do so as well, and to wait for a lock reads the real clock.
fn with_alive<T>(look: impl FnOnce(&mut BTreeMap<u32, Arc<Engine>>) -> T) -> T {
    bypass(|| look(&mut ALIVE.lock()))
}

/// A simulated world begins.
pub(crate) fn list_world(engine: &Arc<Engine>) {
    with_alive(|worlds| worlds.insert(engine.id, engine.clone()));
}

/// The world has ended: from here on its locks can be used in other worlds.
pub(crate) fn strike_world(engine: &Engine) {
    drop(with_alive(|worlds| worlds.remove(&engine.id)));
}

/// The simulated worlds that have not ended.
pub(crate) fn worlds() -> Vec<Arc<Engine>> {
    with_alive(|worlds| worlds.values().cloned().collect())
}

/// The calling OS thread begins to carry threads of this world.
pub(crate) fn enter_world(engine: &Arc<Engine>) {
    ENGINE.set(Arc::as_ptr(engine));
    WORLD.set(engine.id);
}

/// It no longer does.
pub(crate) fn leave_world() {
    WORLD.set(OS);
    ENGINE.set(std::ptr::null());
}

impl Runtime {
    /// The runtime of the calling thread.
    #[inline(always)]
    pub(crate) fn current() -> Runtime {
        let engine = ENGINE.get();
        if engine.is_null() { Runtime::Os } else { Runtime::Sim(Sim(engine)) }
    }
}

/// The simulated world of the calling thread, if it runs in one.
#[inline(always)]
pub(crate) fn current_sim() -> Option<Sim> {
    match Runtime::current() {
        Runtime::Os => None,
        Runtime::Sim(sim) => Some(sim),
    }
}

/// Which world an object belongs to, and its number there.
pub(crate) struct WorldBinding(AtomicU64);

const UNBOUND: u64 = 0;

/// Set in the tag of an object that keeps its world for good. Worlds do not number so many objects.
const MADE: u64 = 1 << 31;

fn tag(world: u32, object: ObjectNumber) -> u64 {
    u64::from(world) << 32 | u64::from(object)
}

fn world_of(tag: u64) -> u32 {
    (tag >> 32) as u32
}

impl WorldBinding {
    /// Bound by the first use.
    pub(crate) const fn unbound() -> WorldBinding {
        WorldBinding(AtomicU64::new(UNBOUND))
    }

    /// The calling thread's world.
    pub(crate) fn here() -> WorldBinding {
        WorldBinding(AtomicU64::new(WorldBinding::tag_here() | MADE))
    }

    fn tag_here() -> u64 {
        let object = current_sim().map_or(0, |sim| sim.number_object());
        tag(WORLD.get(), object)
    }

    /// The runtime to use this object in.
    ///
    /// # Panics
    /// If the object belongs to another world than the calling thread.
    #[inline(always)]
    #[track_caller]
    pub(crate) fn enter(&self) -> Runtime {
        // Relaxed: the tag guards no data, and threads that share the object have synchronised.
        let found = self.0.load(Ordering::Relaxed);
        if world_of(found) != WORLD.get() {
            self.bind(found);
        }
        Runtime::current()
    }

    /// The object's number in its world.
    #[inline(always)]
    pub(crate) fn number(&self) -> ObjectNumber {
        (self.0.load(Ordering::Relaxed) & !MADE) as ObjectNumber
    }

    /// The key of threads that wait for this object.
    #[inline(always)]
    pub(crate) fn key(&self) -> Key {
        Key::of(self)
    }

    /// May the calling thread use the object?
    pub(crate) fn is_here(&self) -> bool {
        let found = self.0.load(Ordering::Relaxed);
        found == UNBOUND || world_of(found) == WORLD.get()
    }

    /// The simulated world of this object, if the calling thread runs in it.
    #[inline(always)]
    pub(crate) fn sim(&self) -> Option<Sim> {
        current_sim().filter(|sim| sim.id == world_of(self.0.load(Ordering::Relaxed)))
    }

    #[cold]
    #[track_caller]
    fn bind(&self, found: u64) {
        let world = world_of(found);
        if world == WORLD.get() {
            return;
        }
        let name = |world| match world {
            OS => "the OS's".to_string(),
            number => format!("simulated world {number}"),
        };
        let ended = || world != OS && !with_alive(|worlds| worlds.contains_key(&world));
        assert!(
            found == UNBOUND || (found & MADE == 0 && ended()),
            "this object belongs to another world ({}) and cannot be used in this one ({}): it \
             was made or first used there. Make it anew in each world",
            name(world),
            name(WORLD.get()),
        );
        // Of two worlds that use a static for the first time, one comes second.
        let bound = self.0.compare_exchange(
            found,
            WorldBinding::tag_here(),
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
        if let Err(other) = bound {
            self.bind(other);
        }
    }
}

impl Clone for WorldBinding {
    fn clone(&self) -> WorldBinding {
        WorldBinding(AtomicU64::new(self.0.load(Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_use_binds() {
        let binding = WorldBinding::unbound();
        assert!(matches!(binding.enter(), Runtime::Os));
        assert_eq!(world_of(binding.0.load(Ordering::Relaxed)), OS);
        assert!(matches!(binding.clone().enter(), Runtime::Os));
    }
}
