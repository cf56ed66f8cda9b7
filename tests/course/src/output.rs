//! Reads what a test's process prints, and keeps the beginning and the end of it up to a limit: a
//! test may print without end.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a test process is watched from outside its world, by the real clock"
)]

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How much is kept of the beginning, and again of the end.
pub const KEPT_BYTES: usize = 256 * 1024;

/// The beginning and the end of a stream of bytes.
#[derive(Debug, Clone)]
pub struct BothEnds {
    each: usize,
    head: Vec<u8>,
    tail: VecDeque<u8>,
    dropped: u64,
}

impl BothEnds {
    /// Nothing yet; will keep up to `each` bytes at either end.
    pub fn new(each: usize) -> BothEnds {
        BothEnds { each, head: Vec::new(), tail: VecDeque::new(), dropped: 0 }
    }

    /// Takes the next bytes of the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        let (first, rest) = bytes.split_at(bytes.len().min(self.each - self.head.len()));
        self.head.extend_from_slice(first);
        self.tail.extend(rest);
        let surplus = self.tail.len().saturating_sub(self.each);
        self.tail.drain(..surplus);
        self.dropped += surplus as u64;
    }

    /// The stream as text, with a word about the gap if there is one.
    pub fn text(&self) -> String {
        let mut bytes = self.head.clone();
        if self.dropped > 0 {
            bytes.extend(format!("\n[... {} bytes left out ...]\n", self.dropped).into_bytes());
        }
        bytes.extend(&self.tail);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Reads a pipe to its end on a thread of its own.
#[derive(Debug)]
pub struct Collector {
    kept: Arc<Mutex<BothEnds>>,
    at_end: Receiver<()>,
}

impl Collector {
    /// Starts reading.
    pub fn start(mut pipe: impl Read + Send + 'static) -> Collector {
        let kept = Arc::new(Mutex::new(BothEnds::new(KEPT_BYTES)));
        let (sender, at_end) = channel::<()>();
        let filling = Arc::clone(&kept);
        thread::spawn(move || {
            // Dropped when the thread ends, for whatever reason: that is the signal.
            let _sender = sender;
            let _ = copy(&mut pipe, &filling);
        });
        Collector { kept, at_end }
    }

    /// What was read once the pipe is closed or `patience` is over. A process that left its
    /// group can hold the pipe open for ever; the patience is the limit.
    pub fn finish(self, patience: Duration) -> BothEnds {
        let closed = self.at_end.recv_timeout(patience);
        debug_assert_ne!(closed, Ok(()), "nothing is ever sent");
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut kept = kept.clone();
        if closed == Err(RecvTimeoutError::Timeout) {
            kept.push(b"\n[a process that the test left behind still holds its output open]\n");
        }
        kept
    }
}

fn copy(pipe: &mut impl Read, into: &Mutex<BothEnds>) -> io::Result<()> {
    let mut buffer = [0; 16 * 1024];
    loop {
        match pipe.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => {
                into.lock().unwrap_or_else(PoisonError::into_inner).push(&buffer[..count]);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests;
