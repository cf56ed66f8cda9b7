//! The trace of a simulated world: all its events, as a hash and, if asked for, as text.
//!
//! The hash covers every event: which thread, which operation, on which object, at what virtual
//! time. Threads and objects are numbered from 1 in the order in which the world meets them, so
//! nothing in it depends on addresses.

use std::fmt;
use std::io::Write;

use crate::wait::{Site, file_line};

/// What a thread did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Op {
    Lock = 1,
    TryLock,
    Unlock,
    Read,
    Write,
    Wait,
    Notify,
    Send,
    Receive,
    Select,
    Atomic,
    Clock,
    Sleep,
    Yield,
    Park,
    Unpark,
    Spawn,
    Join,
    /// Not done by a thread, but to it: it was chosen to run.
    Chosen,
    /// Nor this: it does not run for a while, though it could.
    Late,
    /// An atomic that is only read; `Atomic` stands for the other accesses.
    Load,
}

/// An object's number within its world; 0 where there is none to speak of.
pub(crate) type ObjectNumber = u32;

pub(super) struct Trace {
    hash: u64,
    events: u64,
    text: Option<Box<dyn Write + Send>>,
}

impl Trace {
    pub(super) fn new(text: Option<Box<dyn Write + Send>>) -> Trace {
        // The offset basis of FNV-1a.
        Trace { hash: 0xcbf2_9ce4_8422_2325, events: 0, text }
    }

    #[inline]
    pub(super) fn event(
        &mut self,
        now: u64,
        thread: u64,
        op: Op,
        object: ObjectNumber,
        site: Option<Site>,
    ) {
        self.events += 1;
        let event = (op as u64) << 56 ^ u64::from(object) << 24 ^ thread;
        // A multiplication and a rotation for each half: enough to tell runs apart, which no one
        // tries to forge.
        let mut hash = (self.hash ^ event).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        hash = (hash ^ now).wrapping_mul(0xbf58_476d_1ce4_e5b9).rotate_left(31);
        self.hash = hash;
        if self.text.is_some() {
            self.write(now, thread, op, object, site);
        }
    }

    #[cold]
    fn write(&mut self, now: u64, thread: u64, op: Op, object: ObjectNumber, site: Option<Site>) {
        let Some(text) = &mut self.text else { return };
        let at = site.map(file_line).unwrap_or_default();
        let (event, seconds, nanos) = (self.events, now / 1_000_000_000, now % 1_000_000_000);
        // A trace that cannot be written is cut short; the run is not the worse for it.
        if writeln!(text, "{event} {seconds}.{nanos:09} thread {thread} {op:?} {object} {at}")
            .is_err()
        {
            self.text = None;
        }
    }

    pub(super) fn finish(&mut self) -> u64 {
        if let Some(text) = &mut self.text {
            // As above.
            let _ = text.flush();
        }
        self.hash
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trace({} events, {:016x})", self.events, self.hash)
    }
}
