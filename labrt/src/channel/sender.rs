//! The sending side of a channel.

use std::fmt;
use std::panic::Location;
use std::time::Duration;

use super::simulated::Sending;
use super::{SendError, SendTimeoutError, TrySendError};
use crate::runtime::{Runtime, WorldBinding};
use crate::sim::trace::Op;
use crate::wait::{Site, WaitKind, waiting};

/// The sending side of a channel. Clones send to the same channel.
pub struct Sender<T> {
    pub(super) binding: WorldBinding,
    /// Where the channel was made: names it in reports.
    pub(super) made: Site,
    pub(super) real: Sink<T>,
}

/// Where a sender sends.
pub(super) enum Sink<T> {
    Os(crossbeam_channel::Sender<T>),
    Simulated(Sending<T>),
}

impl<T> Sender<T> {
    /// Sends, as soon as there is room (in a rendezvous: as soon as a receiver takes the message).
    ///
    /// # Errors
    /// Gives the message back if all receivers are gone.
    #[inline]
    #[track_caller]
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        match self.offer(message, None, Location::caller()) {
            Ok(()) => Ok(()),
            Err(error) => Err(SendError(error.into_inner())),
        }
    }

    /// As [`send`](Sender::send), waiting for `limit` at most.
    ///
    /// # Errors
    /// Gives the message back if all receivers are gone, or the time is over.
    #[track_caller]
    pub fn send_timeout(&self, message: T, limit: Duration) -> Result<(), SendTimeoutError<T>> {
        self.offer(message, Some(limit), Location::caller())
    }

    #[inline]
    #[track_caller]
    fn offer(
        &self,
        message: T,
        limit: Option<Duration>,
        site: Site,
    ) -> Result<(), SendTimeoutError<T>> {
        let runtime = self.binding.enter();
        if let Runtime::Sim(sim) = runtime {
            sim.scheduling_point(Op::Send, self.binding.number(), site);
        }
        let message = match self.real.try_send(message) {
            Ok(()) => return Ok(()),
            Err(TrySendError::Disconnected(message)) => {
                return Err(SendTimeoutError::Disconnected(message));
            }
            Err(TrySendError::Full(message)) => message,
        };
        let what = WaitKind::Send { made: self.made };
        waiting(what, limit, site, || match (&self.real, runtime, limit) {
            (Sink::Os(sender), _, Some(limit)) => sender.send_timeout(message, limit),
            (Sink::Os(sender), _, None) => {
                sender.send(message).map_err(|SendError(it)| SendTimeoutError::Disconnected(it))
            }
            (Sink::Simulated(sending), Runtime::Sim(sim), limit) => {
                sending.send(sim, message, limit.map(|limit| sim.deadline(limit)))
            }
            (Sink::Simulated(_), Runtime::Os, _) => unreachable!("its world was checked"),
        })
    }

    /// Sends if there is room at once.
    ///
    /// # Errors
    /// Gives the message back if there is none, or all receivers are gone.
    #[inline]
    #[track_caller]
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        if let Runtime::Sim(sim) = self.binding.enter() {
            sim.scheduling_point(Op::Send, self.binding.number(), Location::caller());
        }
        self.real.try_send(message)
    }

    /// How many messages the channel holds.
    #[must_use]
    #[track_caller]
    pub fn len(&self) -> usize {
        if let Some(sim) = self.binding.sim() {
            sim.scheduling_point(Op::Send, self.binding.number(), Location::caller());
        }
        match &self.real {
            Sink::Os(sender) => sender.len(),
            Sink::Simulated(sending) => sending.len(),
        }
    }

    /// Does the channel hold no message? A rendezvous never does.
    #[must_use]
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Is there no room at the moment? In a rendezvous there never is.
    #[must_use]
    #[track_caller]
    pub fn is_full(&self) -> bool {
        self.capacity().is_some_and(|capacity| self.len() >= capacity)
    }

    /// How many messages the channel can hold, if there is a limit.
    #[must_use]
    pub fn capacity(&self) -> Option<usize> {
        match &self.real {
            Sink::Os(sender) => sender.capacity(),
            Sink::Simulated(sending) => sending.capacity(),
        }
    }
}

impl<T> Sink<T> {
    #[inline]
    fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        match self {
            Sink::Os(sender) => sender.try_send(message),
            Sink::Simulated(sending) => sending.try_send(message),
        }
    }
}

impl<T> Clone for Sink<T> {
    fn clone(&self) -> Sink<T> {
        match self {
            Sink::Os(sender) => Sink::Os(sender.clone()),
            Sink::Simulated(sending) => Sink::Simulated(sending.clone()),
        }
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Sender<T> {
        Sender { binding: self.binding.clone(), made: self.made, real: self.real.clone() }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sender { .. }")
    }
}
