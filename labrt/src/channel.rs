//! Channels. Mirrors `crossbeam_channel`.
//!
//! [`bounded`] with 0 is a rendezvous: a send waits until its message has been taken. A channel
//! is disconnected when its last sender or its last receiver is dropped.

use std::fmt;
use std::iter::FusedIterator;
use std::panic::Location;
use std::time::Duration;

pub use crossbeam_channel::{
    RecvError, RecvTimeoutError, SelectTimeoutError, SendError, SendTimeoutError, TryRecvError,
    TrySelectError, TrySendError,
};

use crate::runtime::{Home, Runtime};
use crate::time::Instant;
use crate::wait::{Site, What, waiting};

mod select;
pub use select::{Select, SelectedOperation};

/// A channel that holds any number of messages.
#[must_use]
#[track_caller]
pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    channel(crossbeam_channel::unbounded(), Location::caller())
}

/// A channel that holds `capacity` messages at most; with 0, a rendezvous.
#[must_use]
#[track_caller]
pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    channel(crossbeam_channel::bounded(capacity), Location::caller())
}

/// A channel that delivers one message, the time, when `delay` has passed.
#[must_use]
#[track_caller]
pub fn after(delay: Duration) -> Receiver<Instant> {
    let time = Source::Time(crossbeam_channel::after(delay), Instant::from_os);
    Receiver { home: Home::here(), made: Location::caller(), real: time }
}

/// A channel that never delivers anything.
#[must_use]
#[track_caller]
pub fn never<T>() -> Receiver<T> {
    let nothing = Source::Messages(crossbeam_channel::never());
    Receiver { home: Home::here(), made: Location::caller(), real: nothing }
}

fn channel<T>(
    (sender, receiver): (crossbeam_channel::Sender<T>, crossbeam_channel::Receiver<T>),
    made: Site,
) -> (Sender<T>, Receiver<T>) {
    let sender = Sender { home: Home::here(), made, real: sender };
    (sender, Receiver { home: Home::here(), made, real: Source::Messages(receiver) })
}

/// The sending side of a channel. Clones send to the same channel.
pub struct Sender<T> {
    home: Home,
    /// Where the channel was made: names it in reports.
    made: Site,
    real: crossbeam_channel::Sender<T>,
}

impl<T> Sender<T> {
    /// Sends, as soon as there is room (in a rendezvous: as soon as somebody receives).
    ///
    /// # Errors
    /// Gives the message back if nobody can receive any more.
    #[inline]
    #[track_caller]
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        let Runtime::Os = self.home.enter();
        match self.real.try_send(message) {
            Ok(()) => Ok(()),
            Err(TrySendError::Disconnected(message)) => Err(SendError(message)),
            Err(TrySendError::Full(message)) => {
                self.wait(None, Location::caller(), || self.real.send(message))
            }
        }
    }

    /// As [`send`](Sender::send), waiting for `limit` at most.
    ///
    /// # Errors
    /// Gives the message back if nobody can receive any more, or the time is over.
    #[track_caller]
    pub fn send_timeout(&self, message: T, limit: Duration) -> Result<(), SendTimeoutError<T>> {
        let Runtime::Os = self.home.enter();
        let site = Location::caller();
        self.wait(Some(limit), site, || self.real.send_timeout(message, limit))
    }

    /// Sends if there is room at once.
    ///
    /// # Errors
    /// Gives the message back if there is none, or nobody can receive any more.
    #[inline]
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        let Runtime::Os = self.home.enter();
        self.real.try_send(message)
    }

    /// How many messages the channel holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.real.len()
    }

    /// Does the channel hold no message? A rendezvous never does.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.real.is_empty()
    }

    /// Is there no room at the moment? In a rendezvous there never is.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.real.is_full()
    }

    /// How many messages the channel can hold, if there is a limit.
    #[must_use]
    pub fn capacity(&self) -> Option<usize> {
        self.real.capacity()
    }

    #[cold]
    fn wait<R>(&self, limit: Option<Duration>, site: Site, block: impl FnOnce() -> R) -> R {
        waiting(What::Send { made: self.made }, limit, site, block)
    }
}

/// The receiving side of a channel. Clones share its messages: each goes to one of them.
pub struct Receiver<T> {
    home: Home,
    /// Where the channel was made: names it in reports.
    made: Site,
    real: Source<T>,
}

/// What a receiver receives.
enum Source<T> {
    /// What was sent.
    Messages(crossbeam_channel::Receiver<T>),
    /// The OS's time, once it has come, told as the lab tells time.
    Time(crossbeam_channel::Receiver<std::time::Instant>, fn(std::time::Instant) -> T),
}

/// Does the same to either source.
macro_rules! from_source {
    ($source:expr, $receiver:ident => $receive:expr) => {
        match $source {
            Source::Messages($receiver) => $receive,
            Source::Time($receiver, tell) => $receive.map(tell),
        }
    };
}

impl<T> Receiver<T> {
    /// Waits for a message.
    ///
    /// # Errors
    /// If there is none and nobody can send any more.
    #[inline]
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        let Runtime::Os = self.home.enter();
        match self.real.try_recv() {
            Ok(message) => Ok(message),
            Err(TryRecvError::Disconnected) => Err(RecvError),
            Err(TryRecvError::Empty) => self.wait(None, Location::caller(), || self.real.recv()),
        }
    }

    /// As [`recv`](Receiver::recv), waiting for `limit` at most.
    ///
    /// # Errors
    /// If there is no message and nobody can send any more, or the time is over.
    #[inline]
    #[track_caller]
    pub fn recv_timeout(&self, limit: Duration) -> Result<T, RecvTimeoutError> {
        let Runtime::Os = self.home.enter();
        match self.real.try_recv() {
            Ok(message) => Ok(message),
            Err(TryRecvError::Disconnected) => Err(RecvTimeoutError::Disconnected),
            Err(TryRecvError::Empty) => {
                self.wait(Some(limit), Location::caller(), || self.real.recv_timeout(limit))
            }
        }
    }

    /// Takes a message if there is one at once.
    ///
    /// # Errors
    /// If there is none, or nobody can send any more.
    #[inline]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        let Runtime::Os = self.home.enter();
        self.real.try_recv()
    }

    /// Receives until nobody can send any more.
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
    pub fn len(&self) -> usize {
        self.real.len()
    }

    /// Does the channel hold no message? A rendezvous never does.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.real.len() == 0
    }

    /// How many messages the channel can hold, if there is a limit.
    #[must_use]
    pub fn capacity(&self) -> Option<usize> {
        self.real.capacity()
    }

    #[cold]
    fn wait<R>(&self, limit: Option<Duration>, site: Site, block: impl FnOnce() -> R) -> R {
        waiting(What::Receive { made: self.made }, limit, site, block)
    }
}

impl<T> Source<T> {
    #[inline]
    fn try_recv(&self) -> Result<T, TryRecvError> {
        from_source!(self, receiver => receiver.try_recv())
    }

    fn recv(&self) -> Result<T, RecvError> {
        from_source!(self, receiver => receiver.recv())
    }

    fn recv_timeout(&self, limit: Duration) -> Result<T, RecvTimeoutError> {
        from_source!(self, receiver => receiver.recv_timeout(limit))
    }

    fn len(&self) -> usize {
        match self {
            Source::Messages(receiver) => receiver.len(),
            Source::Time(receiver, _) => receiver.len(),
        }
    }

    fn capacity(&self) -> Option<usize> {
        match self {
            Source::Messages(receiver) => receiver.capacity(),
            Source::Time(receiver, _) => receiver.capacity(),
        }
    }
}

impl<T> Clone for Source<T> {
    fn clone(&self) -> Source<T> {
        match self {
            Source::Messages(receiver) => Source::Messages(receiver.clone()),
            Source::Time(receiver, tell) => Source::Time(receiver.clone(), *tell),
        }
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Sender<T> {
        Sender { home: self.home.clone(), made: self.made, real: self.real.clone() }
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Receiver<T> {
        Receiver { home: self.home.clone(), made: self.made, real: self.real.clone() }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sender { .. }")
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
