//! Waiting for several channels at a time. Mirrors `crossbeam_channel::Select`.

use std::fmt;
use std::panic::Location;
use std::time::Duration;

use super::{Receiver, RecvError, SelectTimeoutError, SendError, Sender, Source, TrySelectError};
use crate::runtime::{Home, Runtime};
use crate::wait::{What, waiting};

/// Waits until one of several channels is ready.
///
/// ```
/// use labrt::channel::{Select, unbounded};
///
/// let (sender, numbers) = unbounded::<u32>();
/// let (_keep, words) = unbounded::<String>();
/// sender.send(7).unwrap();
///
/// let mut select = Select::new();
/// let number = select.recv(&numbers);
/// let _word = select.recv(&words);
/// let ready = select.select();
/// assert_eq!(ready.index(), number);
/// assert_eq!(ready.recv(&numbers), Ok(7));
/// ```
pub struct Select<'a> {
    home: Home,
    channels: usize,
    real: crossbeam_channel::Select<'a>,
}

impl<'a> Select<'a> {
    /// Selects among nothing yet.
    #[must_use]
    pub fn new() -> Select<'a> {
        Select { home: Home::here(), channels: 0, real: crossbeam_channel::Select::new() }
    }

    /// Adds a receiver; its index is told when it is the one.
    pub fn recv<T>(&mut self, receiver: &'a Receiver<T>) -> usize {
        self.channels += 1;
        match &receiver.real {
            Source::Messages(receiver) => self.real.recv(receiver),
            Source::Time(receiver, _) => self.real.recv(receiver),
        }
    }

    /// Adds a sender; its index is told when it is the one.
    pub fn send<T>(&mut self, sender: &'a Sender<T>) -> usize {
        self.channels += 1;
        self.real.send(&sender.real)
    }

    /// Takes away what has this index.
    ///
    /// # Panics
    /// If nothing has.
    pub fn remove(&mut self, index: usize) {
        self.channels -= 1;
        self.real.remove(index);
    }

    /// Waits until one is ready; of several, one by chance. The operation must be completed.
    ///
    /// # Panics
    /// If nothing was added.
    #[track_caller]
    pub fn select(&mut self) -> SelectedOperation<'a> {
        let Runtime::Os = self.home.enter();
        let (channels, site) = (self.channels, Location::caller());
        let what = What::Select { channels };
        let real = self
            .real
            .try_select()
            .unwrap_or_else(|_| waiting(what, None, site, || self.real.select()));
        SelectedOperation { real }
    }

    /// As [`select`](Select::select), waiting for `limit` at most.
    ///
    /// # Errors
    /// If the time is over.
    #[track_caller]
    pub fn select_timeout(
        &mut self,
        limit: Duration,
    ) -> Result<SelectedOperation<'a>, SelectTimeoutError> {
        let Runtime::Os = self.home.enter();
        let what = What::Select { channels: self.channels };
        let real =
            waiting(what, Some(limit), Location::caller(), || self.real.select_timeout(limit))?;
        Ok(SelectedOperation { real })
    }

    /// One that is ready at once.
    ///
    /// # Errors
    /// If none is.
    pub fn try_select(&mut self) -> Result<SelectedOperation<'a>, TrySelectError> {
        let Runtime::Os = self.home.enter();
        Ok(SelectedOperation { real: self.real.try_select()? })
    }
}

impl Default for Select<'_> {
    fn default() -> Self {
        Select::new()
    }
}

impl fmt::Debug for Select<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Select({} channels)", self.channels)
    }
}

/// The operation that was ready. It must be completed, with the channel it is about.
#[must_use = "a selected operation must be completed"]
pub struct SelectedOperation<'a> {
    real: crossbeam_channel::SelectedOperation<'a>,
}

impl SelectedOperation<'_> {
    /// Which of the channels it is.
    #[must_use]
    pub fn index(&self) -> usize {
        self.real.index()
    }

    /// Completes a receive.
    ///
    /// # Errors
    /// If nobody can send any more.
    ///
    /// # Panics
    /// If `receiver` is not the one that was selected.
    pub fn recv<T>(self, receiver: &Receiver<T>) -> Result<T, RecvError> {
        match &receiver.real {
            Source::Messages(receiver) => self.real.recv(receiver),
            Source::Time(receiver, tell) => self.real.recv(receiver).map(tell),
        }
    }

    /// Completes a send.
    ///
    /// # Errors
    /// Gives the message back if nobody can receive any more.
    ///
    /// # Panics
    /// If `sender` is not the one that was selected.
    pub fn send<T>(self, sender: &Sender<T>, message: T) -> Result<(), SendError<T>> {
        self.real.send(&sender.real, message)
    }
}

impl fmt::Debug for SelectedOperation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SelectedOperation({})", self.index())
    }
}
