//! What the child prints: read as it comes, and kept from both ends, since a child may print for
//! ever and its beginning and its end tell most.

use labrt::channel::{self, Receiver};
use labrt::sync::Mutex;
use labrt::thread;
use labrt::time::Duration;
use std::collections::VecDeque;
use std::io::{ErrorKind, Read};
use std::sync::Arc;

/// How much is kept of the beginning, and again of the end.
const KEPT_BYTES: usize = 64 * 1024;

/// The output so far.
pub(super) struct Output {
    kept: Arc<Mutex<BothEnds>>,
    at_end: Receiver<()>,
}

#[derive(Default)]
struct BothEnds {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    left_out: usize,
}

impl Output {
    /// Reads to the end of `pipe`, on a thread of its own.
    pub(super) fn collect(mut pipe: impl Read + Send + 'static) -> Output {
        let kept = Arc::new(Mutex::new(BothEnds::default()));
        let (sender, at_end) = channel::bounded(0);
        let filling = kept.clone();
        thread::spawn(move || {
            // Dropped at the thread's end: that is the signal.
            let _sender = sender;
            fill(&filling, &mut pipe);
        });
        Output { kept, at_end }
    }

    /// What was printed, once the pipe is closed or `patience` is over.
    pub(super) fn text(&self, patience: Duration) -> String {
        let _ = self.at_end.recv_timeout(patience);
        self.kept.lock().text()
    }
}

fn fill(kept: &Mutex<BothEnds>, pipe: &mut impl Read) {
    let mut buffer = [0; 16 * 1024];
    loop {
        match pipe.read(&mut buffer) {
            Ok(count @ 1..) => kept.lock().push(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // What was read before an error is still worth showing.
            Ok(0) | Err(_) => return,
        }
    }
}

impl BothEnds {
    fn push(&mut self, bytes: &[u8]) {
        let (first, rest) = bytes.split_at(bytes.len().min(KEPT_BYTES - self.head.len()));
        self.head.extend(first);
        self.tail.extend(rest);
        let surplus = self.tail.len().saturating_sub(KEPT_BYTES);
        self.tail.drain(..surplus);
        self.left_out += surplus;
    }

    fn text(&self) -> String {
        let mut bytes = self.head.clone();
        if self.left_out > 0 {
            bytes.extend(format!("\n[... {} bytes left out ...]\n", self.left_out).into_bytes());
        }
        bytes.extend(&self.tail);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

#[cfg(test)]
mod tests;
