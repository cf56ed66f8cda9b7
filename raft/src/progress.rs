//! Parts 2A and 2B: what a leader knows about one peer (`nextIndex` and `matchIndex` of figure 2),
//! and when the peer is due a message.

use labrt::time::Instant;

use crate::vocabulary::{Index, Term};

// FROM 2A
use crate::limits::HEARTBEAT_INTERVAL;

// FROM 2B
use crate::limits::PAUSE;
use labrt::time::Duration;

/// What a leader knows about one peer, for as long as it leads.
#[derive(Debug)]
pub(crate) struct Progress {
    // FROM 2A: the moment when the peer's next heartbeat is due (5.2)
    /// The first entry to send next (nextIndex of figure 2): a heartbeat claims the one before.
    next: Index,
    /// When the last message left; `None` before the first.
    last_sent: Option<Instant>,
    /// When the last answer of this term came in; at first, when we began to lead.
    last_heard: Instant,
    /// Until when the peer's replicator waits: it has to be woken for anything due before.
    /// `None` until it has looked for the first time in this term.
    replicator_waits_until: Option<Instant>,
    // FROM 2B: what figure 2 says of nextIndex and matchIndex, for this peer
    /// Whether we look for the last entry that the peer shares with us: from a conflict until
    /// something fits. Unless this is set, `next` moves on when entries are sent; it moves back
    /// when they were lost or did not fit.
    probing: bool,
    /// The peer's log equals ours up to here: it said so. Never goes back; always before `next`.
    matched: Index,
    /// The latest commit index that a message to the peer carried.
    commit_told: Index,
    /// How things stand with what was sent last.
    exchange: Exchange,
    /// Messages to the peer are numbered: this will be the next one's. Only grows.
    next_number: u64,
    /// Messages numbered below this left before `next` was last set back. Only grows.
    trusted_from: u64,
}

// FROM 2B
/// How things stand between a leader and one peer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Exchange {
    /// The peer has answered: new entries go at once.
    Answered,
    /// Entries up to this one are under way: what is new since waits for the answer, or for the
    /// next heartbeat.
    Awaiting(Index),
    /// What was sent last is known to be lost.
    Lost,
}

/// What the leader remembers of a message, to judge the answer by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent {
    /// The term in which it was sent.
    pub(crate) term: Term,
    // FROM 2B: whatever else the answer is to be judged by
    /// Its number among the messages to this peer.
    pub(crate) number: u64,
    /// It brings the entries from here ...
    pub(crate) first: Index,
    /// ... up to here: the one before `first`, if it brings none.
    pub(crate) last: Index,
}

// FROM 2A
impl Progress {
    /// A new leader knows nothing of the peer, hopes that its log ends as ours does, just before
    /// `next`, and owes it a first heartbeat.
    pub(crate) fn new(next: Index, now: Instant) -> Progress {
        Progress {
            next,
            last_sent: None,
            last_heard: now,
            replicator_waits_until: None,
            // FROM 2B
            probing: false,
            matched: Index(0),
            commit_told: Index(0),
            exchange: Exchange::Answered,
            next_number: 0,
            trusted_from: 0,
        }
    }

    /// The first entry to send next.
    pub(crate) fn next(&self) -> Index {
        self.next
    }

    /// When the peer answered last.
    pub(crate) fn last_heard(&self) -> Instant {
        self.last_heard
    }

    /// When the next message is due, if our log ends at `last` and we have committed `commit`.
    pub(crate) fn due(&self, last: Index, commit: Index) -> Instant {
        let Some(last_sent) = self.last_sent else { return self.last_heard };
        // FROM 2B
        if let Some(pause) = self.pause(last, commit) {
            return last_sent + pause;
        }

        last_sent + HEARTBEAT_INTERVAL
    }

    /// The replicator has looked, and waits until then.
    pub(crate) fn on_wait(&mut self, until: Instant) {
        self.replicator_waits_until = Some(until);
    }

    /// Whether the replicator would wake too late by itself for a message due at `due`.
    pub(crate) fn oversleeps(&self, due: Instant) -> bool {
        self.replicator_waits_until.is_none_or(|until| due < until)
    }

    /// A message leaves that brings the entries `first` to `last` and tells that `commit` is
    /// committed.
    pub(crate) fn on_send(
        &mut self,
        term: Term,
        (first, last): (Index, Index),
        commit: Index,
        now: Instant,
    ) -> Sent {
        self.last_sent = Some(now);
        self.replicator_waits_until = Some(now); // It will look again by itself.
        // FROM 2B
        let number = self.next_number;
        self.next_number += 1;
        // What begins with the first entry fits anywhere: it follows the head, or is a snapshot.
        self.probing &= first > Index(1);
        if !self.probing {
            self.next = last.next();
        }
        self.commit_told = commit;
        if first <= last {
            self.exchange = Exchange::Awaiting(last);
        }

        Sent {
            term,
            // FROM 2B
            number,
            first,
            last,
        }
    }

    /// The peer has answered, in the term we lead.
    pub(crate) fn on_answer(&mut self, now: Instant) {
        self.last_heard = now;
    }
}

// FROM 2B
/// Sending is optimistic: `next` moves past what is sent at once, so on a network that loses
/// nothing each entry travels to each peer once. Heartbeats claim the entry before `next`, and so
/// reveal any gap; a conflict or a loss sets `next` back. After a conflict the leader probes:
/// `next` stays until the peer has said that what was sent from there fits, or not, so that each
/// answer takes the search further back. (Would heartbeats go on to claim the end of our log,
/// each answer to them would begin the search anew.) Only the first message from a place brings
/// entries: while it is unanswered, heartbeats probe as well without.
///
/// Answers may come seconds late and in any order. What matched stays matched for the term, so
/// such an answer is good news at any time. Bad news is judged by the message it answers: it
/// counts only if `next` was not set back since that message left, and nothing later matched.
impl Progress {
    /// Whether the next message is to bring entries. While probing it would repeat those that
    /// are under way from the same place, for as long as the peer does not answer.
    pub(crate) fn brings_entries(&self) -> bool {
        !(self.probing && matches!(self.exchange, Exchange::Awaiting(_)))
    }

    /// How far the peer's log is known to equal ours.
    pub(crate) fn matched(&self) -> Index {
        self.matched
    }

    /// How long after the last message the next is due, if a heartbeat would come too late. New
    /// entries are due at once, unless the peer still owes an answer; lost entries and a new commit
    /// index after a pause.
    fn pause(&self, last: Index, commit: Index) -> Option<Duration> {
        let lacks_entries = self.next <= last;
        match self.exchange {
            Exchange::Awaiting(_) => None,
            Exchange::Answered if lacks_entries => Some(Duration::ZERO),
            Exchange::Lost if lacks_entries => Some(PAUSE),
            _ => (self.commit_told < commit).then_some(PAUSE),
        }
    }

    /// The peer has everything up to the last entry of `sent`.
    pub(crate) fn on_match(&mut self, sent: &Sent) {
        self.matched = self.matched.max(sent.last);
        if self.next <= self.matched.next() {
            self.next = self.matched.next();
            self.probing = false;
        }
        match self.exchange {
            Exchange::Awaiting(last) if self.matched < last => {}
            _ => self.exchange = Exchange::Answered,
        }
    }

    /// The peer lacks the entry before those of `sent`; `next` is where to go on. Says whether
    /// this was news.
    pub(crate) fn on_conflict(&mut self, sent: &Sent, next: Index) -> bool {
        let news = sent.number >= self.trusted_from && sent.first.previous() > self.matched;
        if news {
            self.set_back(next);
            self.probing = true;
            self.exchange = Exchange::Answered;
        }
        news
    }

    /// No answer will come. Entries have to be sent again, unless the peer turned out to have
    /// them; a heartbeat does not matter.
    pub(crate) fn on_loss(&mut self, sent: &Sent) {
        let news = sent.number >= self.trusted_from && sent.last > self.matched;
        if news && sent.first <= sent.last {
            self.set_back(sent.first);
            self.exchange = Exchange::Lost;
        }
    }

    /// Goes on from `next`, and, if that is new, believes no bad news about messages that left
    /// before.
    fn set_back(&mut self, next: Index) {
        let next = next.max(self.matched.next());
        if next != self.next {
            self.next = next;
            self.trusted_from = self.next_number;
        }
    }
}

#[cfg(test)]
mod tests;
