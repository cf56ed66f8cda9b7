//! What a thread is about to do at a scheduling point, as far as the order of threads matters.

use crate::sim::trace::{ObjectNumber, Op};

/// An operation, and what it touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operation {
    pub(crate) op: Op,
    /// The object's number, where it has one.
    pub(crate) object: ObjectNumber,
    /// What tells the object from all others of this moment; 0 if others are not concerned.
    touches: u64,
}

/// Tells the address of an atomic from the number of an object.
const ADDRESS: u64 = 1 << 63;

impl Operation {
    /// What a thread does first: something of its own.
    pub(super) const BEGIN: Operation = Operation { op: Op::Yield, object: 0, touches: 0 };

    #[inline]
    pub(crate) fn on(op: Op, object: ObjectNumber) -> Operation {
        let touches = match op {
            // A lock has been given back, or a thread spawned, when the point is passed.
            Op::Unlock | Op::Spawn | Op::Join => 0,
            _ => object.into(),
        };
        Operation { op, object, touches }
    }

    /// On an atomic, which lives as long as an operation on it is pending: until then no other has
    /// its address. Nothing but the equality of two of them may matter.
    #[inline]
    pub(crate) fn on_atomic(op: Op, address: usize) -> Operation {
        Operation { op, object: 0, touches: address as u64 | ADDRESS }
    }

    /// Does it concern no other thread?
    #[inline]
    pub(super) fn is_private(self) -> bool {
        self.touches == 0
    }

    /// Does the order of the two matter? They touch the same object, and do not both only read it.
    #[inline]
    pub(super) fn conflicts_with(self, other: Operation) -> bool {
        let reads = |op| matches!(op, Op::Read | Op::Load);
        !self.is_private() && self.touches == other.touches && !(reads(self.op) && reads(other.op))
    }

    /// Does a thread that waits in it wait for a lock, with which it goes on as it was?
    #[inline]
    pub(super) fn locks(self) -> bool {
        matches!(self.op, Op::Lock | Op::Read | Op::Write)
    }

    /// What a seed may choose by: the number of the object. All atomics count as one.
    #[inline]
    pub(super) fn object(self) -> u64 {
        self.object.into()
    }
}
