//! The stream: where events are recorded, and who sees them.

use crate::event::{Event, What};
use crate::file::Writer;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::fmt;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Sees every event, in order, while no other is recorded.
///
/// It is called with the stream's lock held, by whoever records. It must return soon, wait for
/// nothing, and record nothing.
pub trait Watcher: Send {
    /// An event was recorded. What this returns is called once the lock has been released.
    fn see(&mut self, event: &Event) -> Option<Reaction>;
}

/// What a watcher wants done about an event. It may record, fail the test, take locks.
pub type Reaction = Box<dyn FnOnce() + Send>;

/// Where a stream takes the time and the thread of an event from. Neither function may wait, nor be
/// a point at which a simulation may switch threads.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// The time since the test's world began.
    pub now: fn() -> Duration,
    /// The calling thread, as `S1/ticker`. Asked only where events are written.
    pub thread: fn() -> String,
}

/// A stream of events. A cheap handle: clones are the same stream.
#[derive(Clone)]
pub struct Stream {
    inner: Arc<Inner>,
}

struct Inner {
    source: Source,
    /// Whether events are kept or written.
    kept: AtomicBool,
    /// Whether events are written, with all that costs.
    written: AtomicBool,
    /// A leaf: nothing is waited for, and no other lock taken, while it is held.
    state: Mutex<State>,
}

struct State {
    recorded: u64,
    watchers: Vec<Box<dyn Watcher>>,
    /// The last events, if they are kept.
    recent: VecDeque<Event>,
    /// How many are kept at most.
    capacity: usize,
    writer: Option<Writer<Box<dyn Write + Send>>>,
}

impl Stream {
    /// A stream that no one watches and that keeps nothing.
    #[must_use]
    pub fn new(source: Source) -> Stream {
        let state = State {
            recorded: 0,
            watchers: Vec::new(),
            recent: VecDeque::new(),
            capacity: 0,
            writer: None,
        };
        let inner = Inner {
            source,
            kept: AtomicBool::new(false),
            written: AtomicBool::new(false),
            state: Mutex::new(state),
        };
        Stream { inner: Arc::new(inner) }
    }

    /// Shows every later event to the watcher.
    pub fn watch(&self, watcher: impl Watcher + 'static) {
        self.inner.state.lock().watchers.push(Box::new(watcher));
    }

    /// Keeps so many of the last events, for [`recent`](Stream::recent).
    pub fn keep(&self, capacity: usize) {
        self.inner.state.lock().capacity = capacity;
        self.inner.kept.store(true, Ordering::Relaxed);
    }

    /// Writes every later event. A write that fails ends the writing, and nothing else.
    pub fn write_to(&self, writer: Writer<Box<dyn Write + Send>>) {
        self.inner.state.lock().writer = Some(writer);
        self.inner.written.store(true, Ordering::Relaxed);
        self.inner.kept.store(true, Ordering::Relaxed);
    }

    /// Whether events are kept or written: worth recording what only a reader wants to know.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.inner.kept.load(Ordering::Relaxed)
    }

    /// Records that this has happened now.
    pub fn record(&self, what: What) {
        let written = self.inner.written.load(Ordering::Relaxed);
        let thread = written.then(self.inner.source.thread);
        let mut state = self.inner.state.lock();
        state.recorded += 1;
        // Read with the lock held, so that times do not decrease along the stream.
        let at = (self.inner.source.now)();
        let event = Event { number: state.recorded, at, thread, what };
        let reactions = state.show(&event);
        if self.is_kept() {
            state.keep(event);
        }
        drop(state);
        reactions.into_iter().for_each(|reaction| reaction());
    }

    /// The last events, oldest first; `None` if the stream is in use this moment, which a report of
    /// a process in trouble must not wait for.
    #[must_use]
    pub fn recent(&self) -> Option<Vec<Event>> {
        Some(self.inner.state.try_lock()?.recent.iter().cloned().collect())
    }

    /// Sees to it that everything written so far is in the file.
    pub fn flush(&self) {
        if let Some(mut state) = self.inner.state.try_lock()
            && let Some(writer) = &mut state.writer
        {
            writer.flush();
        }
    }
}

impl State {
    #[inline]
    fn show(&mut self, event: &Event) -> Vec<Reaction> {
        self.watchers.iter_mut().filter_map(|watcher| watcher.see(event)).collect()
    }

    fn keep(&mut self, event: Event) {
        if let Some(writer) = &mut self.writer {
            writer.write(&event);
        }
        if self.recent.len() == self.capacity {
            self.recent.pop_front();
        }
        if self.capacity > 0 {
            self.recent.push_back(event);
        }
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Stream { .. }")
    }
}

#[cfg(test)]
mod tests;
