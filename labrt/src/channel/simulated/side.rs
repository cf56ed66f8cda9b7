//! The two sides of a simulated channel, behind one trait, for `Select`.

use super::{Receiving, Sending, TryRecvError, is_over};
use crate::runtime::Sim;
use crate::sim::engine::{Key, Token};

/// One side of a channel, as a select sees it.
pub(in crate::channel) trait Side {
    /// Can the operation go on without waiting?
    fn is_ready(&self, sim: Sim) -> bool;

    /// Was a message handed to the thread whose last wait this was?
    fn is_handed(&self, last: Token) -> bool;

    /// The key that a thread waits for.
    fn key(&self) -> Key;

    /// When it becomes ready by itself.
    fn deadline(&self) -> Option<u64>;

    /// A thread is about to wait for this.
    fn invite(&self, sim: Sim);
}

impl<T> Side for Receiving<T> {
    fn is_handed(&self, last: Token) -> bool {
        self.0.0.lock().handed.iter().any(|(token, _)| *token == last)
    }

    fn is_ready(&self, sim: Sim) -> bool {
        let state = self.0.0.lock();
        !state.messages.is_empty()
            || !state.offered.is_empty()
            || state.senders == 0
            || is_over(sim, state.alarm.as_ref().map(|alarm| alarm.deadline))
    }

    fn key(&self) -> Key {
        self.0.arrival()
    }

    fn deadline(&self) -> Option<u64> {
        self.0.next_alarm()
    }

    fn invite(&self, sim: Sim) {
        self.0.invite(sim);
    }
}

impl<T> Receiving<T> {
    /// Completes a select's receive.
    pub(in crate::channel) fn complete(&self, last: Option<Token>) -> Result<T, TryRecvError> {
        match last.and_then(|last| self.0.handed_to(last)) {
            Some(message) => Ok(message),
            None => self.try_recv(),
        }
    }
}

impl<T> Side for Sending<T> {
    fn is_handed(&self, _: Token) -> bool {
        false
    }

    fn is_ready(&self, sim: Sim) -> bool {
        let state = self.0.0.lock();
        state.receivers == 0
            || match state.capacity {
                Some(0) => sim.is_awaited(self.0.arrival()),
                Some(capacity) => state.messages.len() < capacity,
                None => true,
            }
    }

    fn key(&self) -> Key {
        self.0.departure()
    }

    fn deadline(&self) -> Option<u64> {
        None
    }

    fn invite(&self, _: Sim) {}
}
