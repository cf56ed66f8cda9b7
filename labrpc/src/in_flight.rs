//! How many calls are in flight in this process, over all networks: for the report of a test that
//! has used up its memory. So they are plain numbers, read without a lock.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

static UNREACHABLE: AtomicUsize = AtomicUsize::new(0);
static OTHERS: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);

/// The calls in flight in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallsInFlight {
    /// Calls to servers that cannot be reached: their callers have yet to learn it.
    pub unreachable: usize,
    /// All others.
    pub others: usize,
    /// Bytes of the encoded requests that no handler has taken yet.
    pub bytes: usize,
}

impl CallsInFlight {
    /// Those of this moment.
    #[must_use]
    pub fn now() -> CallsInFlight {
        let [unreachable, others, bytes] =
            [&UNREACHABLE, &OTHERS, &BYTES].map(|number| number.load(Ordering::Relaxed));
        CallsInFlight { unreachable, others, bytes }
    }
}

impl fmt::Display for CallsInFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CallsInFlight { unreachable, others, bytes } = self;
        write!(
            f,
            "calls in flight: {unreachable} to servers that cannot be reached, {others} others; \
             their requests have {bytes} bytes"
        )
    }
}

/// Counts for as long as it is kept, and in a thread that unwinds no longer.
pub(crate) struct Counted {
    number: &'static AtomicUsize,
    by: usize,
}

impl Counted {
    pub(crate) fn unreachable() -> Counted {
        Counted::new(&UNREACHABLE, 1)
    }

    pub(crate) fn other() -> Counted {
        Counted::new(&OTHERS, 1)
    }

    fn new(number: &'static AtomicUsize, by: usize) -> Counted {
        number.fetch_add(by, Ordering::Relaxed);
        Counted { number, by }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.number.fetch_sub(self.by, Ordering::Relaxed);
    }
}

/// An encoded request on its way. A message and its duplicate share one.
pub(crate) struct EncodedRequest {
    bytes: Vec<u8>,
    _counted: Counted,
}

impl EncodedRequest {
    pub(crate) fn new(bytes: Vec<u8>) -> EncodedRequest {
        let _counted = Counted::new(&BYTES, bytes.len());
        EncodedRequest { bytes, _counted }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
