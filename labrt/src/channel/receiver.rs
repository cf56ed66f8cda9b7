//! The receiving side of a channel.

use std::fmt;
use std::iter::FusedIterator;
use std::panic::Location;
use std::time::Duration;

use super::simulated::Receiving;
use super::{RecvError, RecvTimeoutError, TryRecvError};
use crate::runtime::{Runtime, WorldBinding};
use crate::sim::trace::Op;
use crate::wait::{Site, WaitKind, waiting};

/// The receiving side of a channel. Clones share its messages: each goes to one of them.
pub struct Receiver<T> {
    pub(super) binding: WorldBinding,
    /// Where the channel was made: names it in reports.
    pub(super) made: Site,
    pub(super) real: Source<T>,
}

/// What a receiver receives.
pub(super) enum Source<T> {
    /// What was sent.
    Messages(crossbeam_channel::Receiver<T>),
    /// The OS's time, at which the message came, as an instant of the lab.
    Time(crossbeam_channel::Receiver<std::time::Instant>, fn(std::time::Instant) -> T),
    /// Either, under simulation.
    Simulated(Receiving<T>),
}

/// Does the same to either source of the OS, and something else under simulation.
macro_rules! from_source {
    ($source:expr, $receiver:ident => $receive:expr, $receiving:ident => $simulated:expr) => {
        match $source {
            Source::Messages($receiver) => $receive,
            Source::Time($receiver, tell) => $receive.map(tell),
            Source::Simulated($receiving) => $simulated,
        }
    };
}

impl<T> Receiver<T> {
    /// Waits for a message.
    ///
    /// # Errors
    /// If there is none and all senders are gone.
    #[inline]
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        self.take(None, Location::caller()).map_err(|_| RecvError)
    }

    /// As [`recv`](Receiver::recv), waiting for `limit` at most.
    ///
    /// # Errors
    /// If there is no message and all senders are gone, or the time is over.
    #[inline]
    #[track_caller]
    pub fn recv_timeout(&self, limit: Duration) -> Result<T, RecvTimeoutError> {
        self.take(Some(limit), Location::caller())
    }

    #[inline]
    #[track_caller]
    pub(super) fn take(&self, limit: Option<Duration>, site: Site) -> Result<T, RecvTimeoutError> {
        let runtime = self.binding.enter();
        if let Runtime::Sim(sim) = runtime {
            sim.scheduling_point(Op::Receive, self.binding.number(), site);
        }
        match self.real.try_recv() {
            Ok(message) => return Ok(message),
            Err(TryRecvError::Disconnected) => return Err(RecvTimeoutError::Disconnected),
            Err(TryRecvError::Empty) => {}
        }
        let what = WaitKind::Receive { made: self.made };
        waiting(what, limit, site, || match (&self.real, runtime) {
            (Source::Simulated(receiving), Runtime::Sim(sim)) => {
                receiving.recv(sim, limit.map(|limit| sim.deadline(limit)))
            }
            (real, _) => real.recv(limit),
        })
    }

    /// Takes a message if there is one at once.
    ///
    /// # Errors
    /// If there is none, or all senders are gone.
    #[inline]
    #[track_caller]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        if let Runtime::Sim(sim) = self.binding.enter() {
            sim.scheduling_point(Op::Receive, self.binding.number(), Location::caller());
        }
        self.real.try_recv()
    }

    /// Receives until all senders are gone and no message is left.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { receiver: self }
    }

    /// Takes the messages that are there.
    #[must_use]
    pub fn try_iter(&self) -> TryIter<'_, T> {
        TryIter { receiver: self }
    }

    /// How many messages the channel holds.
    #[must_use]
    #[track_caller]
    pub fn len(&self) -> usize {
        if let Some(sim) = self.binding.sim() {
            sim.scheduling_point(Op::Receive, self.binding.number(), Location::caller());
        }
        match &self.real {
            Source::Messages(receiver) => receiver.len(),
            Source::Time(receiver, _) => receiver.len(),
            Source::Simulated(receiving) => receiving.len(),
        }
    }

    /// Does the channel hold no message? A rendezvous never does.
    #[must_use]
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many messages the channel can hold, if there is a limit.
    #[must_use]
    pub fn capacity(&self) -> Option<usize> {
        match &self.real {
            Source::Messages(receiver) => receiver.capacity(),
            Source::Time(receiver, _) => receiver.capacity(),
            Source::Simulated(receiving) => receiving.capacity(),
        }
    }
}

impl<T> Source<T> {
    #[inline]
    fn try_recv(&self) -> Result<T, TryRecvError> {
        from_source!(self, receiver => receiver.try_recv(), receiving => receiving.try_recv())
    }

    /// Waits, on the OS.
    fn recv(&self, limit: Option<Duration>) -> Result<T, RecvTimeoutError> {
        let elsewhere = || unreachable!("its world was checked");
        match limit {
            Some(limit) => {
                from_source!(self, receiver => receiver.recv_timeout(limit), _it => elsewhere())
            }
            None => from_source!(
                self,
                receiver => receiver.recv().map_err(|RecvError| RecvTimeoutError::Disconnected),
                _it => elsewhere()
            ),
        }
    }
}

impl<T> Clone for Source<T> {
    fn clone(&self) -> Source<T> {
        match self {
            Source::Messages(receiver) => Source::Messages(receiver.clone()),
            Source::Time(receiver, tell) => Source::Time(receiver.clone(), *tell),
            Source::Simulated(receiving) => Source::Simulated(receiving.clone()),
        }
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Receiver<T> {
        Receiver { binding: self.binding.clone(), made: self.made, real: self.real.clone() }
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receiver { .. }")
    }
}

/// Messages as they come; see [`Receiver::iter`].
#[derive(Debug)]
pub struct Iter<'a, T> {
    receiver: &'a Receiver<T>,
}

impl<T> Iterator for Iter<'_, T> {
    type Item = T;
    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.receiver.recv().ok()
    }
}

impl<T> FusedIterator for Iter<'_, T> {}

/// Messages that are there; see [`Receiver::try_iter`].
#[derive(Debug)]
pub struct TryIter<'a, T> {
    receiver: &'a Receiver<T>,
}

impl<T> Iterator for TryIter<'_, T> {
    type Item = T;
    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.receiver.try_recv().ok()
    }
}

/// Messages as they come, owning the receiver.
#[derive(Debug)]
pub struct IntoIter<T> {
    receiver: Receiver<T>,
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;
    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.receiver.recv().ok()
    }
}

impl<T> FusedIterator for IntoIter<T> {}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;
    fn into_iter(self) -> IntoIter<T> {
        IntoIter { receiver: self }
    }
}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;
    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}
