//! The handlers that wait for their command to be applied.

/// The result of a command that was applied: for a Get, the value, if the key has one.
pub(crate) type Answer = Option<String>;

// FROM 3A: which handlers wait for which command, and how each gets its result; a handler must not
//   wait without end for a command that another leader has replaced

use std::collections::BTreeMap;

use labrt::channel::{Receiver, Sender, bounded};
use raft::Index;

use crate::message::RequestId;

/// The handlers that wait, by the index of their command. A command may never be applied at its
/// index if its server loses the lead. The handler then learns that in one of these ways: another
/// command is applied at that index, or a snapshot covers it; `Raft::state` says that the server no
/// longer leads that term; or the server is killed.
#[derive(Default)]
pub(crate) struct PendingRequests {
    handlers: BTreeMap<Index, Handler>,
}

/// A handler that waits. It has its own channel, so that no other handler is woken. If this is
/// dropped without an answer, the channel is closed: the request is cancelled.
struct Handler {
    request: RequestId,
    answer: Sender<Answer>,
}

impl PendingRequests {
    /// Registers a handler whose command is at `index`. If another one waits for that index, it is
    /// cancelled: its command was appended in an earlier term.
    pub(crate) fn register(&mut self, index: Index, request: RequestId) -> Receiver<Answer> {
        let (answer, receiver) = bounded(1);
        self.handlers.insert(index, Handler { request, answer });
        receiver
    }

    /// Removes the handler of `request`, which has given up.
    pub(crate) fn remove(&mut self, index: Index, request: RequestId) {
        if self.handlers.get(&index).is_some_and(|handler| handler.request == request) {
            self.handlers.remove(&index);
        }
    }

    /// `request` was applied at `index`. The handler that waits there gets the answer if this was
    /// its request; if not, another command has replaced its own, and it is cancelled.
    pub(crate) fn complete(
        &mut self,
        index: Index,
        request: RequestId,
        answer: impl FnOnce() -> Answer,
    ) {
        if let Some(handler) = self.handlers.remove(&index)
            && handler.request == request
        {
            // The handler may have given up meanwhile.
            let _ = handler.answer.send(answer());
        }
    }

    /// Cancels the handlers that wait for an index up to `index`.
    pub(crate) fn cancel_until(&mut self, index: Index) {
        self.handlers = self.handlers.split_off(&index.next());
    }

    /// Cancels all waiting handlers.
    pub(crate) fn cancel_all(&mut self) {
        self.handlers.clear();
    }
}

#[cfg(test)]
mod tests;
