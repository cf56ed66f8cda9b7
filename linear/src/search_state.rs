//! What the search needs of a service: operations are placed one after another, and undone in turn.

/// Whether an operation can be placed next in the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CanPlace {
    /// It cannot come next, or no order of all operations begins so.
    No,
    /// It may come next, and so may others: a choice, to be undone if it leads to a dead end.
    Yes,
    /// It may come next, and no order is lost by that: if the operations left have an order, they
    /// have one that begins with this.
    Greedily,
}

/// The state of one partition after the operations placed so far.
pub(crate) trait SearchState {
    /// The value of the service. With the set of operations placed, it decides what may follow.
    type Value: Clone + Ord;

    /// Whether a pending operation can be left out altogether: if there is an order, there is one
    /// in which it never takes effect.
    fn is_droppable(&self, operation: usize) -> bool;

    /// Decides without placing.
    fn can_place(&self, operation: usize) -> CanPlace;

    /// Places an operation for which [`SearchState::can_place`] said yes or greedily. False: it
    /// cannot come next after all, and nothing has changed; never so for greedily.
    fn place(&mut self, operation: usize) -> bool;

    /// Undoes the operation placed last.
    fn undo(&mut self, operation: usize);

    /// The value.
    fn value(&self) -> Self::Value;

    /// The value in 128 bits. Different values have different fingerprints, but for a chance as
    /// small as that of two random numbers being equal.
    fn fingerprint(&self) -> u128;
}
