//! The handlers that wait for their command to be applied.

/// What a command found when it was applied: the value that a Get asked for, if there is one.
pub(crate) type Answer = Option<String>;

// FROM 3A: who waits for which command, and how each is told what became of it; a handler must not
//   wait for ever for a command that another leader has replaced

use std::collections::BTreeMap;

use labrt::channel::{Receiver, Sender, bounded};
use raft::Index;

use crate::message::RequestId;

/// Who waits, by where its command was put in the log. A handler waits in vain if its server loses
/// the lead. It learns of that in three ways: another command, or a snapshot, takes its place; its
/// server says that it no longer leads the term; or the server is killed.
#[derive(Default)]
pub(crate) struct Waiting {
    handlers: BTreeMap<Index, Handler>,
}

/// A handler that waits. It is told by a channel of its own, so that nobody else is woken; when
/// this is dropped without a word, the handler knows that nothing will come.
struct Handler {
    request: RequestId,
    answer: Sender<Answer>,
}

impl Waiting {
    /// Begins to wait for what was put at `index`. Whoever waited there before has lost its place:
    /// its command was put there in an earlier term.
    pub(crate) fn enter(&mut self, index: Index, request: RequestId) -> Receiver<Answer> {
        let (answer, receiver) = bounded(1);
        self.handlers.insert(index, Handler { request, answer });
        receiver
    }

    /// Gives up waiting.
    pub(crate) fn leave(&mut self, index: Index, request: RequestId) {
        if self.handlers.get(&index).is_some_and(|handler| handler.request == request) {
            self.handlers.remove(&index);
        }
    }

    /// `request` was applied at `index`. Whoever waits there is told, if this was its own; if not,
    /// another command has taken its place, and it waits no more.
    pub(crate) fn answer(
        &mut self,
        index: Index,
        request: RequestId,
        answer: impl FnOnce() -> Answer,
    ) {
        if let Some(handler) = self.handlers.remove(&index)
            && handler.request == request
        {
            // Perhaps it has given up meanwhile.
            let _ = handler.answer.send(answer());
        }
    }

    /// Sends everybody home who waits for something at or before `index`.
    pub(crate) fn dismiss_until(&mut self, index: Index) {
        self.handlers = self.handlers.split_off(&index.next());
    }

    /// Sends everybody home.
    pub(crate) fn dismiss_all(&mut self) {
        self.handlers.clear();
    }
}

#[cfg(test)]
mod tests;
