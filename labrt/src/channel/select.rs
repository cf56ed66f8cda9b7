//! Waiting for several channels at a time. Mirrors `crossbeam_channel::Select`.

use std::fmt;
use std::panic::Location;
use std::time::Duration;

use super::receiver::Source;
use super::sender::Sink;
use super::simulated::{Side, earlier, is_over};
use super::{
    Receiver, RecvError, SelectTimeoutError, SendError, Sender, TryRecvError, TrySelectError,
    TrySendError,
};
use crate::runtime::{Runtime, Sim, WorldBinding};
use crate::sim::engine::{Key, Token, Woken};
use crate::sim::trace::Op;
use crate::wait::{WaitKind, waiting};

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
    binding: WorldBinding,
    channels: usize,
    real: Real<'a>,
}

enum Real<'a> {
    Os(crossbeam_channel::Select<'a>),
    /// By index; none where one was taken away.
    Simulated(Vec<Option<&'a dyn Side>>),
}

impl<'a> Select<'a> {
    /// A select without channels.
    #[must_use]
    pub fn new() -> Select<'a> {
        let real = match Runtime::current() {
            Runtime::Os => Real::Os(crossbeam_channel::Select::new()),
            Runtime::Sim(_) => Real::Simulated(Vec::new()),
        };
        Select { binding: WorldBinding::here(), channels: 0, real }
    }

    /// Adds a receiver, and returns its index.
    ///
    /// # Panics
    /// If it belongs to another world.
    #[track_caller]
    pub fn recv<T>(&mut self, receiver: &'a Receiver<T>) -> usize {
        receiver.binding.enter();
        self.channels += 1;
        match (&mut self.real, &receiver.real) {
            (Real::Os(select), Source::Messages(receiver)) => select.recv(receiver),
            (Real::Os(select), Source::Time(receiver, _)) => select.recv(receiver),
            (Real::Simulated(sides), Source::Simulated(receiving)) => add(sides, receiving),
            _ => panic!("the select belongs to another world than the channel"),
        }
    }

    /// Adds a sender, and returns its index.
    ///
    /// # Panics
    /// If it belongs to another world.
    #[track_caller]
    pub fn send<T>(&mut self, sender: &'a Sender<T>) -> usize {
        sender.binding.enter();
        self.channels += 1;
        match (&mut self.real, &sender.real) {
            (Real::Os(select), Sink::Os(sender)) => select.send(sender),
            (Real::Simulated(sides), Sink::Simulated(sending)) => add(sides, sending),
            _ => panic!("the select belongs to another world than the channel"),
        }
    }

    /// Takes away what has this index.
    ///
    /// # Panics
    /// If nothing has.
    #[track_caller]
    pub fn remove(&mut self, index: usize) {
        self.channels -= 1;
        match &mut self.real {
            Real::Os(select) => select.remove(index),
            Real::Simulated(sides) => match sides.get_mut(index).and_then(Option::take) {
                Some(_) => {}
                None => panic!(
                    "this select has no operation {index}: it was never added, or removed already"
                ),
            },
        }
    }

    /// Waits until one is ready; of several, one by chance. The operation must be completed.
    ///
    /// # Panics
    /// If nothing was added.
    #[track_caller]
    pub fn select(&mut self) -> SelectedOperation<'a> {
        let (runtime, site) = (self.binding.enter(), Location::caller());
        let what = WaitKind::Select { channels: self.channels };
        if let Ok(selected) = self.try_select() {
            return selected;
        }
        waiting(what, None, site, || match (&mut self.real, runtime) {
            (Real::Simulated(sides), Runtime::Sim(sim)) => {
                let pending = choose(sides, sim, None).expect("it waits until there is one");
                SelectedOperation { real: Selected::Simulated(pending) }
            }
            (Real::Os(select), _) => SelectedOperation { real: Selected::Os(select.select()) },
            _ => unreachable!("its world was checked"),
        })
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
        let (runtime, site) = (self.binding.enter(), Location::caller());
        let what = WaitKind::Select { channels: self.channels };
        if let Ok(selected) = self.try_select() {
            return Ok(selected);
        }
        let real = waiting(what, Some(limit), site, || match (&mut self.real, runtime) {
            (Real::Simulated(sides), Runtime::Sim(sim)) => {
                let pending = choose(sides, sim, Some(sim.deadline(limit)));
                pending.map(Selected::Simulated).ok_or(SelectTimeoutError)
            }
            (Real::Os(select), _) => select.select_timeout(limit).map(Selected::Os),
            _ => unreachable!("its world was checked"),
        })?;
        Ok(SelectedOperation { real })
    }

    /// One that is ready at once.
    ///
    /// # Errors
    /// If none is.
    #[track_caller]
    pub fn try_select(&mut self) -> Result<SelectedOperation<'a>, TrySelectError> {
        let real = match (&mut self.real, self.binding.enter()) {
            (Real::Os(select), _) => Selected::Os(select.try_select()?),
            (Real::Simulated(sides), Runtime::Sim(sim)) => {
                sim.scheduling_point(Op::Select, self.binding.number(), Location::caller());
                Selected::Simulated(ready(sides, sim, None).ok_or(TrySelectError)?)
            }
            _ => unreachable!("its world was checked"),
        };
        Ok(SelectedOperation { real })
    }
}

fn add<'a>(sides: &mut Vec<Option<&'a dyn Side>>, side: &'a dyn Side) -> usize {
    sides.push(Some(side));
    sides.len() - 1
}

type Sides<'s, 'a> = &'s [Option<&'a dyn Side>];

fn present<'s, 'a>(sides: Sides<'s, 'a>) -> impl Iterator<Item = (usize, &'a dyn Side)> + 's {
    sides.iter().enumerate().filter_map(|(index, side)| Some((index, (*side)?)))
}

/// One that is ready, for the thread whose last wait this was.
fn ready(sides: Sides<'_, '_>, sim: Sim, last: Option<Token>) -> Option<Pending> {
    let pending = |(index, side): (usize, &dyn Side)| Pending {
        index,
        key: side.key(),
        last,
        completed: false,
    };
    let mut handed = present(sides).filter(|(_, side)| last.is_some_and(|it| side.is_handed(it)));
    if let Some(side) = handed.next() {
        return Some(pending(side));
    }
    let ready: Vec<_> = present(sides).filter(|(_, side)| side.is_ready(sim)).collect();
    match ready.len() {
        0 => None,
        count => Some(pending(ready[sim.any_of(count)])),
    }
}

/// Waits until one is ready, or until the deadline.
fn choose(sides: Sides<'_, '_>, sim: Sim, deadline: Option<u64>) -> Option<Pending> {
    let ends = deadline.is_some() || present(sides).next().is_some();
    assert!(ends, "a select without channels would wait for ever");
    let mut keys: Vec<Key> = Vec::new();
    for (_, side) in present(sides) {
        // Once each, though a channel may be there twice: a wake-up takes one entry off its queue.
        if !keys.contains(&side.key()) {
            keys.push(side.key());
        }
    }
    loop {
        present(sides).for_each(|(_, side)| side.invite(sim));
        let alarm = present(sides).filter_map(|(_, side)| side.deadline()).min();
        let token = sim.token();
        let woken = sim.wait(&keys, earlier(deadline, alarm));
        let chosen = ready(sides, sim, Some(token));
        pass_on(sides, sim, woken, chosen.as_ref());
        if chosen.is_some() || (woken == Woken::TimedOut && is_over(sim, deadline)) {
            return chosen;
        }
    }
}

/// If this thread was woken for an operation that it did not choose, wakes another one for it.
fn pass_on(sides: Sides<'_, '_>, sim: Sim, woken: Woken, chosen: Option<&Pending>) {
    let (Woken::By(key), Some(chosen)) = (woken, chosen) else { return };
    let mut left = present(sides).filter(|(_, side)| side.key() == key && key != chosen.key);
    if left.any(|(_, side)| side.is_ready(sim)) {
        sim.wake_one(key);
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
    real: Selected<'a>,
}

enum Selected<'a> {
    Os(crossbeam_channel::SelectedOperation<'a>),
    Simulated(Pending),
}

/// An operation that was ready when it was selected. Nothing can come in between unless the thread
/// does something else first.
struct Pending {
    index: usize,
    key: Key,
    /// The wait that ended with this.
    last: Option<Token>,
    completed: bool,
}

impl Pending {
    #[track_caller]
    fn complete(&mut self, side: &dyn Side) {
        self.completed = true;
        assert!(self.key == side.key(), "this channel is not the one that was selected");
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.completed && !crate::thread::panicking() {
            panic!("a selected operation was dropped without being completed");
        }
    }
}

impl SelectedOperation<'_> {
    /// Which of the channels it is.
    #[must_use]
    pub fn index(&self) -> usize {
        match &self.real {
            Selected::Os(selected) => selected.index(),
            Selected::Simulated(pending) => pending.index,
        }
    }

    /// Completes a receive.
    ///
    /// # Errors
    /// If all senders are gone.
    ///
    /// # Panics
    /// If `receiver` is not the one that was selected.
    #[track_caller]
    pub fn recv<T>(self, receiver: &Receiver<T>) -> Result<T, RecvError> {
        match (self.real, &receiver.real) {
            (Selected::Os(selected), Source::Messages(receiver)) => selected.recv(receiver),
            (Selected::Os(selected), Source::Time(receiver, tell)) => {
                selected.recv(receiver).map(tell)
            }
            (Selected::Simulated(mut pending), Source::Simulated(receiving)) => {
                pending.complete(receiving);
                match receiving.complete(pending.last) {
                    Ok(message) => Ok(message),
                    Err(TryRecvError::Disconnected) => Err(RecvError),
                    Err(TryRecvError::Empty) => receiver.recv(),
                }
            }
            _ => panic!("this channel is not the one that was selected"),
        }
    }

    /// Completes a send.
    ///
    /// # Errors
    /// Gives the message back if all receivers are gone.
    ///
    /// # Panics
    /// If `sender` is not the one that was selected.
    #[track_caller]
    pub fn send<T>(self, sender: &Sender<T>, message: T) -> Result<(), SendError<T>> {
        match (self.real, &sender.real) {
            (Selected::Os(selected), Sink::Os(sender)) => selected.send(sender, message),
            (Selected::Simulated(mut pending), Sink::Simulated(sending)) => {
                pending.complete(sending);
                match sending.try_send(message) {
                    Ok(()) => Ok(()),
                    Err(TrySendError::Disconnected(message)) => Err(SendError(message)),
                    Err(TrySendError::Full(message)) => sender.send(message),
                }
            }
            _ => panic!("this channel is not the one that was selected"),
        }
    }
}

impl fmt::Debug for SelectedOperation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SelectedOperation({})", self.index())
    }
}
