//! Parts 2A and 2B: what a leader knows about one peer (nextIndex and matchIndex of figure 2), and
//! when its next message is due. etcd's raft has a Progress of the same states: Replicate, Probe,
//! and entries in flight (here one message with entries at a time).

use labrt::time::Instant;

use crate::types::{Index, Term};

// FROM 2A
use crate::timing::HEARTBEAT_INTERVAL;

// FROM 2B
use crate::timing::PAUSE;
use labrt::time::Duration;

/// What a leader knows about one peer, for as long as it leads.
#[derive(Debug)]
pub(crate) struct Progress {
    // FROM 2A: the moment when the peer's next heartbeat is due (5.2)
    /// nextIndex of figure 2, the first entry to send next; a heartbeat claims the one before.
    next: Index,
    /// When the last message was sent; `None` before the first.
    last_sent: Option<Instant>,
    /// When the last reply of this term arrived; at first, when we became the leader.
    last_reply: Instant,
    /// Until when the peer's replicator waits: it must be woken for anything due before. `None`
    /// until it has looked for the first time in this term.
    replicator_waits_until: Option<Instant>,
    // FROM 2B: nextIndex and matchIndex of figure 2, for this peer
    /// Whether we search for the last entry that the peer shares with us, from a conflict until the
    /// next match (state Probe): `next` stays until the reply. Otherwise (state Replicate) `next`
    /// advances when entries are sent, and goes back after a loss or a conflict.
    probing: bool,
    /// matchIndex of figure 2: the peer has acknowledged that its log equals ours up to here. Never
    /// goes back; always less than `next`.
    matched: Index,
    /// The commit index in the last message to the peer.
    commit_sent: Index,
    /// The state of the entries that were sent last.
    inflight: Inflight,
    /// Messages to the peer are numbered: the number of the next. Only grows.
    next_number: u64,
    /// Messages with a lower number were sent before `next` was last set back, so a conflict or
    /// loss of theirs is ignored. Only grows.
    valid_from_number: u64,
}

// FROM 2B
/// The entries that were sent to a peer last and are not acknowledged. At most one message with
/// entries is in flight, but for those that go with a heartbeat.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Inflight {
    /// None is in flight: new entries are sent at once.
    Idle,
    /// Those up to this one are in flight: newer ones wait for the reply, or for the next
    /// heartbeat.
    Entries(Index),
    /// They are known to be lost.
    Lost,
}

/// What the leader keeps of a message to judge its reply by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent {
    /// The term in which it was sent.
    pub(crate) term: Term,
    // FROM 2B: whatever else the reply is to be judged by
    /// Its number among the messages to this peer.
    pub(crate) number: u64,
    /// The first of its entries.
    pub(crate) first: Index,
    /// The last of its entries; the one before `first`, if it carries none.
    pub(crate) last: Index,
}

// FROM 2A
impl Progress {
    /// A new leader knows nothing about the peer's log, and assumes that it ends as its own, just
    /// before `next`. A first heartbeat is due at once.
    pub(crate) fn new(next: Index, now: Instant) -> Progress {
        Progress {
            next,
            last_sent: None,
            last_reply: now,
            replicator_waits_until: None,
            // FROM 2B
            probing: false,
            matched: Index(0),
            commit_sent: Index(0),
            inflight: Inflight::Idle,
            next_number: 0,
            valid_from_number: 0,
        }
    }

    /// The first entry to send next.
    pub(crate) fn next(&self) -> Index {
        self.next
    }

    /// When the peer's last reply arrived.
    pub(crate) fn last_reply(&self) -> Instant {
        self.last_reply
    }

    /// When the next message is due, if our log ends at `last` and our commit index is `commit`.
    pub(crate) fn due(&self, last: Index, commit: Index) -> Instant {
        let Some(last_sent) = self.last_sent else { return self.last_reply };
        // FROM 2B
        if let Some(pause) = self.pause(last, commit) {
            return last_sent + pause;
        }

        last_sent + HEARTBEAT_INTERVAL
    }

    /// The replicator has looked, and waits until `until`.
    pub(crate) fn on_wait(&mut self, until: Instant) {
        self.replicator_waits_until = Some(until);
    }

    /// Whether the replicator must be woken for a message due at `due`: it waits longer.
    pub(crate) fn must_wake_for(&self, due: Instant) -> bool {
        self.replicator_waits_until.is_none_or(|until| due < until)
    }

    /// A message is sent that carries the entries `first` to `last` and the commit index `commit`.
    pub(crate) fn on_send(
        &mut self,
        term: Term,
        (first, last): (Index, Index),
        commit: Index,
        now: Instant,
    ) -> Sent {
        self.last_sent = Some(now);
        self.replicator_waits_until = Some(now); // It looks again when it has sent this.
        // FROM 2B
        let number = self.next_number;
        self.next_number += 1;
        // A message that begins with entry 1 cannot conflict: it follows the sentinel, or is a
        // snapshot.
        self.probing &= first > Index(1);
        if !self.probing {
            self.next = last.next();
        }
        self.commit_sent = commit;
        if first <= last {
            self.inflight = Inflight::Entries(last);
        }

        Sent {
            term,
            // FROM 2B
            number,
            first,
            last,
        }
    }

    /// A reply of the peer arrived, in the term we lead.
    pub(crate) fn on_answer(&mut self, now: Instant) {
        self.last_reply = now;
    }
}

// FROM 2B
/// Replication is optimistic (state Replicate): `next` advances when entries are sent, so on a
/// network that loses nothing each entry is sent to each peer once. A heartbeat claims the entry
/// before `next`, and so reveals any gap; a conflict or a loss sets `next` back. After a conflict
/// the leader probes (state Probe): `next` stays until the reply, so that each reply moves the
/// search further back. (If heartbeats went on to claim the end of our log, each reply to them
/// would restart the search.) Only the first message from one `next` carries entries: while it is
/// in flight, heartbeats probe from there without.
///
/// Replies may arrive seconds late and in any order. What matched stays matched for the term, so a
/// match counts at any time. A conflict or a loss counts only if `next` was not set back since its
/// message was sent (`valid_from_number`), and nothing later has matched.
impl Progress {
    /// Whether the next message carries entries. While probing with entries in flight it does not:
    /// it would send the same ones again.
    pub(crate) fn may_send_entries(&self) -> bool {
        !(self.probing && matches!(self.inflight, Inflight::Entries(_)))
    }

    /// matchIndex: how far the peer's log is known to equal ours.
    pub(crate) fn matched(&self) -> Index {
        self.matched
    }

    /// How long after the last message the next is due, if that is before the next heartbeat. New
    /// entries are due at once, unless others are in flight; lost entries and a new commit index
    /// after a pause.
    fn pause(&self, last: Index, commit: Index) -> Option<Duration> {
        let lacks_entries = self.next <= last;
        match self.inflight {
            Inflight::Entries(_) => None,
            Inflight::Idle if lacks_entries => Some(Duration::ZERO),
            Inflight::Lost if lacks_entries => Some(PAUSE),
            _ => (self.commit_sent < commit).then_some(PAUSE),
        }
    }

    /// The peer has all entries up to the last of `sent`.
    pub(crate) fn on_match(&mut self, sent: &Sent) {
        self.matched = self.matched.max(sent.last);
        if self.next <= self.matched.next() {
            self.next = self.matched.next();
            self.probing = false;
        }
        match self.inflight {
            Inflight::Entries(last) if self.matched < last => {}
            _ => self.inflight = Inflight::Idle,
        }
    }

    /// The peer does not have the entry before those of `sent`: continue from `next`. Returns
    /// whether this was news (not a stale reply).
    pub(crate) fn on_conflict(&mut self, sent: &Sent, next: Index) -> bool {
        let news = sent.number >= self.valid_from_number && sent.first.previous() > self.matched;
        if news {
            self.set_back(next);
            self.probing = true;
            self.inflight = Inflight::Idle;
        }
        news
    }

    /// No reply will come. Entries must be sent again, unless a later reply has acknowledged them;
    /// a heartbeat need not.
    pub(crate) fn on_loss(&mut self, sent: &Sent) {
        let news = sent.number >= self.valid_from_number && sent.last > self.matched;
        if news && sent.first <= sent.last {
            self.set_back(sent.first);
            self.inflight = Inflight::Lost;
        }
    }

    /// Continues from `next`. If that is a change, later conflicts and losses of the messages sent
    /// before it are ignored.
    fn set_back(&mut self, next: Index) {
        let next = next.max(self.matched.next());
        if next != self.next {
            self.next = next;
            self.valid_from_number = self.next_number;
        }
    }
}

#[cfg(test)]
mod tests;
