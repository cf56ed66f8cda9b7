//! A life of a server, from its start to its crash, which is recorded once: when a scenario crashes
//! the server, or at a reply or a save of its own ([`labrpc::Life`]).

use labrpc::{CrashAtReply, Life};
use std::sync::Arc;
// Not labrt's: deciding on a crash is no scheduling point.
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use trace::{Fact, Incarnation, Stream, What};

/// What a reply promises, so that a server may crash at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promise {
    /// A vote is granted.
    Vote = 1,
    /// New entries are acknowledged.
    Entries = 2,
}

/// The life that a server has begun.
#[derive(Debug, Clone)]
pub struct ServerLife {
    life: Life,
    stream: Stream,
    /// At which promise it crashes next; 0 for none.
    crashes_at: Arc<AtomicU8>,
    /// Whether it crashes at the next save that makes its state smaller.
    crashes_at_smaller_save: Arc<AtomicBool>,
}

/// Crashes a server at a reply.
struct Crash {
    incarnation: Incarnation,
    stream: Stream,
    crashes_at: Arc<AtomicU8>,
    cut_off_disk: Box<dyn Fn() + Send + Sync>,
}

impl ServerLife {
    /// A life begins, whose end is recorded in the stream. `cut_off_disk` ends all saving at once;
    /// it may neither wait nor be a scheduling point.
    #[must_use]
    pub fn begin(
        incarnation: Incarnation,
        stream: Stream,
        cut_off_disk: impl Fn() + Send + Sync + 'static,
    ) -> ServerLife {
        let crashes_at = Arc::new(AtomicU8::new(0));
        let crash = Crash {
            incarnation,
            stream: stream.clone(),
            crashes_at: crashes_at.clone(),
            cut_off_disk: Box::new(cut_off_disk),
        };
        ServerLife {
            life: Life::crashing(incarnation, crash),
            stream,
            crashes_at,
            crashes_at_smaller_save: Arc::default(),
        }
    }

    /// What the network has to know of it.
    #[must_use]
    pub fn on_network(&self) -> &Life {
        &self.life
    }

    /// The server crashes at the first reply that promises this.
    pub fn crash_at(&self, promise: Promise) {
        self.crashes_at.store(promise as u8, Ordering::SeqCst);
    }

    /// The server crashes right after the first save that makes its Raft state smaller: nothing
    /// that is sent or saved after it counts.
    pub fn crash_at_smaller_save(&self) {
        self.crashes_at_smaller_save.store(true, Ordering::SeqCst);
    }

    /// The server has saved its Raft state, which had so many bytes before, and has so many now.
    /// Called before anything else can be saved. No scheduling point.
    pub fn saved(&self, bytes_before: usize, bytes: usize) {
        if bytes < bytes_before && self.crashes_at_smaller_save.load(Ordering::SeqCst) {
            self.life.crash();
        }
    }

    /// Whether it is over: what the server says or does from now on must not count.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.life.is_over()
    }

    /// The server crashes now, unless it has: from now on nothing it says counts.
    pub fn end(&self) {
        if self.life.end() {
            self.stream.record(What::Crashed { server: self.life.incarnation() });
        }
    }
}

impl CrashAtReply for Crash {
    fn is_last(&self, request: Option<&Fact>, reply: Option<&Fact>) -> bool {
        let promise = self.crashes_at.load(Ordering::SeqCst);
        promise != 0 && makes(promise, request, reply)
    }

    fn crash(&self) {
        self.stream.record(What::Crashed { server: self.incarnation });
        (self.cut_off_disk)();
    }
}

/// Whether a reply makes this promise. Any may, if a message tells no fact.
fn makes(promise: u8, request: Option<&Fact>, reply: Option<&Fact>) -> bool {
    match (request, reply) {
        (None, _) | (_, None) => true,
        (Some(Fact::RequestVote { .. }), Some(Fact::Vote { granted, .. })) => {
            *granted && promise == Promise::Vote as u8
        }
        (Some(Fact::AppendEntries { entry_terms, .. }), Some(Fact::Appended { matched, .. })) => {
            *matched && !entry_terms.is_empty() && promise == Promise::Entries as u8
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
