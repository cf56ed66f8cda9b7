//! What the search plays on: operations are placed one after another, and taken back in turn.

/// What placing an operation next would mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outlook {
    /// It cannot come next, or not if all others are to find their place afterwards.
    Impossible,
    /// It may come next, and so may others.
    Possible,
    /// It may come next, and nothing is lost by it: if there is an order of all that are left,
    /// there is one that begins with this.
    Free,
}

/// The operations of one partition, as far as they have been placed.
pub(crate) trait Board {
    /// What the future depends on, beside the set of operations placed.
    type State: Clone + Ord;

    /// Whether a pending operation can be left out for good: if there is an order, there is one
    /// in which it never takes effect.
    fn is_pointless(&self, operation: usize) -> bool;

    /// Looks without placing.
    fn look(&self, operation: usize) -> Outlook;

    /// Places an operation that looked possible or free. False: it cannot come next after all, and
    /// nothing has changed. What is free can be placed.
    fn place(&mut self, operation: usize) -> bool;

    /// Takes back the operation placed last.
    fn take_back(&mut self, operation: usize);

    /// The state.
    fn state(&self) -> Self::State;

    /// The state in 128 bits. Different states have different fingerprints, or are as unlikely not
    /// to have as random numbers are to be equal.
    fn fingerprint(&self) -> u128;
}
