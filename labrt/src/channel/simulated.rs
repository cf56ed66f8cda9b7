//! Channels under simulation.
//!
//! Receivers wait for the channel's first key, senders for its second one. A thread that is woken
//! tries again, for another one may have taken the message or the room meanwhile. In a rendezvous
//! (capacity 0) a message passes in one of two ways. If a receiver already waits, the message is
//! *handed* to it, and no other receiver can take it. Otherwise the sender *offers* the message and
//! waits until a receiver takes it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::{RecvTimeoutError, SendTimeoutError, TryRecvError, TrySendError};
use crate::runtime::{Sim, current_sim};
use crate::sim::engine::{Key, Token, Woken};

mod side;

pub(super) use side::Side;

/// What both sides share. The lock is held for a moment only, and never while waiting.
pub(super) struct Channel<T>(Mutex<State<T>>);

struct State<T> {
    /// None: any number of messages.
    capacity: Option<usize>,
    messages: VecDeque<T>,
    /// In a rendezvous: messages whose senders wait for them to be taken.
    offered: VecDeque<(Token, T)>,
    /// In a rendezvous: messages for receivers that were woken to take them.
    handed: Vec<(Token, T)>,
    senders: usize,
    receivers: usize,
    alarm: Option<Alarm<T>>,
}

/// A message that comes at a time, without a sender.
struct Alarm<T> {
    deadline: u64,
    /// If it rings again: how long after its last message was taken.
    period: Option<Duration>,
    tell: fn(Duration) -> T,
}

impl<T> Channel<T> {
    pub(super) fn new(capacity: Option<usize>) -> Arc<Channel<T>> {
        Arc::new(Channel(Mutex::new(State {
            capacity,
            messages: VecDeque::new(),
            offered: VecDeque::new(),
            handed: Vec::new(),
            senders: 0,
            receivers: 0,
            alarm: None,
        })))
    }

    /// One that delivers a message when time comes to `deadline`, and perhaps further ones.
    pub(super) fn alarm(
        deadline: u64,
        period: Option<Duration>,
        tell: fn(Duration) -> T,
    ) -> Arc<Channel<T>> {
        let channel = Channel::never();
        channel.0.lock().alarm = Some(Alarm { deadline, period, tell });
        channel
    }

    /// One that never delivers anything, nor ends.
    pub(super) fn never() -> Arc<Channel<T>> {
        let channel = Channel::new(Some(1));
        channel.0.lock().senders = 1;
        channel
    }

    /// What receivers wait for.
    fn arrival(&self) -> Key {
        Key::of(self)
    }

    /// What senders wait for.
    fn departure(&self) -> Key {
        self.arrival().second()
    }

    fn len(&self) -> usize {
        let state = self.0.lock();
        let due = |sim| is_over(sim, state.alarm.as_ref().map(|alarm| alarm.deadline));
        state.messages.len() + usize::from(current_sim().is_some_and(due))
    }

    fn capacity(&self) -> Option<usize> {
        self.0.lock().capacity
    }

    fn next_alarm(&self) -> Option<u64> {
        self.0.lock().alarm.as_ref().map(|alarm| alarm.deadline)
    }

    fn handed_to(&self, receiver: Token) -> Option<T> {
        let mut state = self.0.lock();
        let at = state.handed.iter().position(|(token, _)| *token == receiver)?;
        Some(state.handed.swap_remove(at).1)
    }

    /// A receiver is about to wait: wakes a select that would send, which can do so now.
    fn invite(&self, sim: Sim) {
        if self.capacity() == Some(0) {
            sim.wake_one(self.departure());
        }
    }
}

/// One sender's share.
pub(super) struct Sending<T>(Arc<Channel<T>>);

/// One receiver's share.
pub(super) struct Receiving<T>(Arc<Channel<T>>);

impl<T> Sending<T> {
    pub(super) fn new(channel: Arc<Channel<T>>) -> Sending<T> {
        channel.0.lock().senders += 1;
        Sending(channel)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn capacity(&self) -> Option<usize> {
        self.0.capacity()
    }

    pub(super) fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        let Some(sim) = current_sim() else { return Err(TrySendError::Full(message)) };
        let mut state = self.0.0.lock();
        if state.receivers == 0 {
            return Err(TrySendError::Disconnected(message));
        }
        match state.capacity {
            Some(0) => match sim.wake_one(self.0.arrival()) {
                Some(receiver) => state.handed.push((receiver, message)),
                None => return Err(TrySendError::Full(message)),
            },
            Some(capacity) if state.messages.len() >= capacity => {
                return Err(TrySendError::Full(message));
            }
            _ => {
                state.messages.push_back(message);
                sim.wake_one(self.0.arrival());
            }
        }
        Ok(())
    }

    pub(super) fn send(
        &self,
        sim: Sim,
        mut message: T,
        deadline: Option<u64>,
    ) -> Result<(), SendTimeoutError<T>> {
        let mut woken = Woken::Directly;
        loop {
            message = match self.try_send(message) {
                Ok(()) => return Ok(()),
                Err(TrySendError::Disconnected(it)) => {
                    return Err(SendTimeoutError::Disconnected(it));
                }
                Err(TrySendError::Full(it)) if woken == Woken::TimedOut => {
                    return Err(SendTimeoutError::Timeout(it));
                }
                Err(TrySendError::Full(it)) => it,
            };
            let keys = [self.0.departure()];
            if self.capacity() != Some(0) {
                woken = sim.wait(&keys, deadline);
                continue;
            }
            let token = sim.token();
            self.0.0.lock().offered.push_back((token, message));
            woken = sim.wait(&keys, deadline);
            match self.take_back(token) {
                Some(it) => message = it,
                None => return Ok(()),
            }
        }
    }

    /// What this wait has offered, unless a receiver has taken it.
    fn take_back(&self, sender: Token) -> Option<T> {
        let mut state = self.0.0.lock();
        let at = state.offered.iter().position(|(token, _)| *token == sender)?;
        state.offered.remove(at).map(|(_, message)| message)
    }
}

impl<T> Receiving<T> {
    pub(super) fn new(channel: Arc<Channel<T>>) -> Receiving<T> {
        channel.0.lock().receivers += 1;
        Receiving(channel)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn capacity(&self) -> Option<usize> {
        self.0.capacity()
    }

    pub(super) fn try_recv(&self) -> Result<T, TryRecvError> {
        let Some(sim) = current_sim() else { return Err(TryRecvError::Empty) };
        let mut state = self.0.0.lock();
        if let Some(message) = state.messages.pop_front() {
            if state.capacity.is_some() {
                sim.wake_one(self.0.departure());
            }
            return Ok(message);
        }
        if let Some((sender, message)) = state.offered.pop_front() {
            sim.wake(sender);
            return Ok(message);
        }
        if let Some(alarm) = state.alarm.take_if(|alarm| is_over(sim, Some(alarm.deadline))) {
            let Alarm { deadline, period, tell } = alarm;
            let again = |period| Alarm { deadline: sim.deadline(period), ..alarm };
            state.alarm = period.map(again);
            return Ok(tell(Duration::from_nanos(deadline)));
        }
        Err(if state.senders == 0 { TryRecvError::Disconnected } else { TryRecvError::Empty })
    }

    pub(super) fn recv(&self, sim: Sim, deadline: Option<u64>) -> Result<T, RecvTimeoutError> {
        loop {
            self.0.invite(sim);
            let token = sim.token();
            let woken = sim.wait(&[self.0.arrival()], earlier(deadline, self.0.next_alarm()));
            if let Some(message) = self.0.handed_to(token) {
                return Ok(message);
            }
            match self.try_recv() {
                Ok(message) => return Ok(message),
                Err(TryRecvError::Disconnected) => return Err(RecvTimeoutError::Disconnected),
                Err(TryRecvError::Empty) if woken == Woken::TimedOut && is_over(sim, deadline) => {
                    return Err(RecvTimeoutError::Timeout);
                }
                Err(TryRecvError::Empty) => {}
            }
        }
    }
}

/// The earlier of two deadlines, of which there may be none.
pub(super) fn earlier(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    one.into_iter().chain(other).min()
}

/// Has the deadline passed? In a world that is ending, where time stands still, it has.
pub(super) fn is_over(sim: Sim, deadline: Option<u64>) -> bool {
    deadline.is_some_and(|deadline| sim.is_ending() || sim.deadline(Duration::ZERO) >= deadline)
}

impl<T> Clone for Sending<T> {
    fn clone(&self) -> Sending<T> {
        Sending::new(self.0.clone())
    }
}

impl<T> Clone for Receiving<T> {
    fn clone(&self) -> Receiving<T> {
        Receiving::new(self.0.clone())
    }
}

impl<T> Drop for Sending<T> {
    fn drop(&mut self) {
        let last = {
            let mut state = self.0.0.lock();
            state.senders -= 1;
            state.senders == 0
        };
        if let (true, Some(sim)) = (last, current_sim()) {
            sim.wake_all(self.0.arrival());
        }
    }
}

impl<T> Drop for Receiving<T> {
    fn drop(&mut self) {
        let mut state = self.0.0.lock();
        state.receivers -= 1;
        if state.receivers > 0 {
            return;
        }
        // They will not be received. As on the OS, a bounded channel keeps them all the same until
        // its senders go too: who waits for an answer that one of them would carry waits on. What
        // is in them is dropped without the lock: it may be anything.
        let messages = match state.capacity {
            None => std::mem::take(&mut state.messages),
            Some(_) => VecDeque::new(),
        };
        let messages = (messages, std::mem::take(&mut state.handed));
        drop(state);
        drop(messages);
        if let Some(sim) = current_sim() {
            sim.wake_all(self.0.departure());
        }
    }
}
