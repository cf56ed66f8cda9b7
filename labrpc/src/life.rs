//! A life of a server, from its start to its crash, as the network sees it: once it is over, no
//! message leaves the server any more. It may end at a reply, which is a fault.
//!
//! *Crash at a reply*: when a handler has returned, its thread ends the life, cuts the disk off
//! from the server and lets this one reply through; no other reply and no request of this life
//! leaves afterwards. A server that saves what it promises before it answers keeps the promise in
//! its next life, which starts from that disk. Under simulation no other thread runs in between, so
//! what the handler left to another thread is not done yet.
//!
//! The order makes it sound on real threads, too: first the life is over, then the crash is
//! recorded, then the disk is cut off. So whatever was not saved any more was decided after the
//! record, and cannot leave.

use std::fmt;
use std::sync::Arc;
// Not labrt's: looking at a life is no scheduling point.
use std::sync::atomic::{AtomicU8, Ordering};

use labrt::thread;
use labrt::time::Duration;
use trace::{Fact, Incarnation};

const UP: u8 = 0;
/// A handler's thread is about to crash the server.
const ENDING: u8 = 1;
const OVER: u8 = 2;

/// Decides at which reply a server crashes, and how. Called by the threads of handlers that have
/// returned. Neither function may wait, nor be a scheduling point.
pub trait CrashAtReply: Send + Sync {
    /// Whether the server crashes at this reply, by what the request and the reply say.
    fn is_last(&self, request: Option<&Fact>, reply: Option<&Fact>) -> bool;

    /// The server crashes: records it, then cuts its disk off. Called once a life at most.
    fn crash(&self);
}

/// One life of a server. A cheap handle: clones are the same life.
#[derive(Clone)]
pub struct Life {
    inner: Arc<Inner>,
}

struct Inner {
    incarnation: Incarnation,
    state: AtomicU8,
    at_reply: Option<Box<dyn CrashAtReply>>,
}

impl Life {
    /// A life that ends only by [`end`](Life::end).
    #[must_use]
    pub fn new(incarnation: Incarnation) -> Life {
        Life::of(incarnation, None)
    }

    /// A life that may end at a reply.
    #[must_use]
    pub fn crashing(incarnation: Incarnation, at_reply: impl CrashAtReply + 'static) -> Life {
        Life::of(incarnation, Some(Box::new(at_reply)))
    }

    fn of(incarnation: Incarnation, at_reply: Option<Box<dyn CrashAtReply>>) -> Life {
        Life { inner: Arc::new(Inner { incarnation, state: AtomicU8::new(UP), at_reply }) }
    }

    /// Whose life it is.
    #[must_use]
    pub fn incarnation(&self) -> Incarnation {
        self.inner.incarnation
    }

    /// Whether it is over: what the server says or does from now on must not count.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.inner.state.load(Ordering::SeqCst) != UP
    }

    /// Ends it. Returns whether the caller did, and has to record the crash; if not, the crash is
    /// recorded by now.
    #[must_use]
    pub fn end(&self) -> bool {
        if self.turn(OVER) {
            return true;
        }
        while self.inner.state.load(Ordering::SeqCst) == ENDING {
            thread::sleep(Duration::from_millis(1));
        }
        false
    }

    /// Whether the server crashes at this reply, if it still can.
    pub(crate) fn is_last(&self, request: Option<&Fact>, reply: Option<&Fact>) -> bool {
        let at_reply = self.inner.at_reply.as_ref();
        at_reply.is_some_and(|at_reply| at_reply.is_last(request, reply))
    }

    /// A handler has returned, and its answer is recorded. Crashes the server if this reply is its
    /// last; returns whether the reply leaves.
    pub(crate) fn reply_leaves(&self, is_last: bool) -> bool {
        is_last && self.crash() || !self.is_over()
    }

    /// Crashes the server here and now, as at a reply. No scheduling point. Returns whether this
    /// call did: not if it had crashed, nor if it has no [`CrashAtReply`] to do it.
    pub fn crash(&self) -> bool {
        let Some(at_reply) = self.inner.at_reply.as_ref().filter(|_| self.turn(ENDING)) else {
            return false;
        };
        at_reply.crash();
        self.inner.state.store(OVER, Ordering::SeqCst);
        true
    }

    /// Deciding it and claiming it is one step: a second thread comes too late.
    fn turn(&self, to: u8) -> bool {
        self.inner.state.compare_exchange(UP, to, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }
}

impl fmt::Debug for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.is_over() { "over" } else { "up" };
        write!(f, "Life({:?}, {state})", self.incarnation())
    }
}
