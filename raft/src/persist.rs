//! Part 2C: saving what must survive a crash (figure 2: `currentTerm`, `votedFor`, `log[]`; with
//! part 2D, the snapshot and where the log begins), and finding it again.

use labdisk::Persister;
use labgob::{DecodeError, Decoder, Encoder};
use log::{info, trace};
use serde::{Deserialize, Serialize};

use crate::state::State;
use crate::vocabulary::{Index, ServerId, Term};

// FROM 2C
use crate::log::{Entry, Log};
use bytes::Bytes;
use labdisk::RaftState;
use std::ops::Range;
use std::slice;

impl State {
    /// Saves the state, if what must survive has changed. This must happen before the lock is
    /// released: before anyone is told of the change (5.2, "before responding to RPCs").
    pub(crate) fn persist(&mut self, persister: &Persister) {
        // TASK 2C: if currentTerm, votedFor or log[] has changed, encode all three (`labgob`) and
        //   save them with `Persister::save` (figure 2, persistent state; 5.1, 5.2)
        let header = self.header();
        if self.saved.header.as_ref() == Some(&header) && self.log.changed_from().is_none() {
            return;
        }
        let written = self.saved.log.follow(&mut self.log);
        trace!("saves up to {} in term {}: {written} bytes of log", self.log.last(), self.term);
        let mut encoder = Encoder::new();
        encoder.encode(&header);
        let pieces = [Bytes::from(encoder.into_bytes())].into_iter().chain(self.saved.log.pieces());
        persister.save(RaftState::from_iter(pieces), self.snapshot.clone());
        self.saved.header = Some(header);
    }

    /// Finds again what was saved, if anything was. All that is committed for sure is what the
    /// snapshot covers, and the service starts from the snapshot by itself.
    ///
    /// # Panics
    /// If what was saved is not a Raft's state.
    pub(crate) fn restore(&mut self, persister: &Persister) {
        // TASK 2C: read back what `persist` saved, unless this server begins its first life
        let bytes = persister.state();
        if bytes.is_empty() {
            return;
        }
        let (header, log) = decode(&bytes.into()).unwrap_or_else(|error| {
            panic!("the saved state of {} was believed to be whole: {error}", self.me)
        });
        self.term = header.term;
        self.voted_for = header.voted_for;
        self.log = log;
        self.snapshot = persister.snapshot();
        self.commit_index = self.log.base();
        self.last_applied = self.log.base();
        info!("restarts in term {}, log {} to {}", self.term, header.base, self.log.last());
    }

    // FROM 2C
    fn header(&self) -> Header {
        Header {
            term: self.term,
            voted_for: self.voted_for,
            base: self.log.base(),
            base_term: self.log.base_term(),
        }
    }
}

// FROM 2C: what is saved: a type, say, that can be encoded as one value

/// What has been saved.
#[derive(Default)]
pub(crate) struct Saved {
    /// The header last saved; `None` before the first time.
    header: Option<Header>,
    /// The log last saved.
    log: EncodedLog,
}

/// All that must survive besides the log's entries and the snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Header {
    term: Term,
    voted_for: Option<ServerId>,
    base: Index,
    base_term: Term,
}

/// Reads back what `persist` encoded. The log's commands are slices of it.
fn decode(bytes: &Bytes) -> Result<(Header, Log), DecodeError> {
    let mut decoder = Decoder::new(bytes);
    let header: Header = decoder.decode()?;
    let mut log = Log::after(header.base, header.base_term);
    while !decoder.is_empty() {
        let Entry { term, command } = decoder.decode()?;
        log.append(Entry { term, command: saved(bytes, decoder.position(), &command) });
    }
    Ok((header, log))
}

/// The command at the end of an entry that was encoded up to `end`: an entry ends with its command.
fn saved(encoded: &Bytes, end: usize, command: &Bytes) -> Bytes {
    let saved = encoded.slice(end - command.len()..end);
    debug_assert_eq!(saved, *command, "an entry was believed to end with its command");
    saved
}

/// The entries of a log, encoded: what was last saved, kept so that it can be shared.
///
/// The state is encoded as a row of values: a header, then the entries. Encoding the whole log at
/// each change would make a leader with a long log spend its time on that, so the encoded log is
/// kept in segments, each shared with the [`Persister`] and never changed. New entries make a new
/// segment, which swallows those before it that are not at least twice as long: so there are few
/// segments, and a byte is copied a logarithmic number of times at most. When the log is cut, at
/// either end, the segment with the cut is sliced, and copied only once most of it is gone.
///
/// The log's commands are slices of the segments, so that each is kept once: of a log of short
/// commands that is a quarter of what it takes.
#[derive(Default)]
struct EncodedLog {
    /// In order and without gaps. Each is at least twice as long as the one after it, the first
    /// excepted, which a snapshot may have shortened.
    segments: Vec<Segment>,
}

/// Some entries in a row, encoded.
struct Segment {
    /// The entries that are left of it.
    entries: Range<Index>,
    /// Where each of them begins in `encoded`, and where the last one ends.
    bounds: Vec<usize>,
    /// These, amid what they were cut from: no more than as much again.
    encoded: Bytes,
    /// Whether the log's commands are slices of it already.
    is_shared: bool,
}

impl EncodedLog {
    /// Catches up with the log. Returns how many bytes had to be encoded or copied.
    fn follow(&mut self, log: &mut Log) -> usize {
        let first = log.base().next();
        let end = log.last().next();
        let same_until = log.changed_from().unwrap_or(end);
        let written = self.keep(&(first..same_until)) + self.extend(same_until..end, log);
        self.segments.iter_mut().for_each(|segment| segment.share(log));
        written
    }

    /// Forgets all but the entries in `kept`.
    fn keep(&mut self, kept: &Range<Index>) -> usize {
        let cut = self.segments.iter_mut().map(|segment| segment.keep(kept));
        let written = cut.sum();
        self.segments.retain(|segment| !segment.entries.is_empty());
        written
    }

    /// Adds entries at the end, as one segment together with those before it that are not at
    /// least twice as long.
    fn extend(&mut self, entries: Range<Index>, log: &Log) -> usize {
        if entries.is_empty() {
            return 0;
        }
        let new = Segment::encode(entries, log);
        let mut length = new.bytes().len();
        let mut written = length;
        let mut kept = self.segments.len();
        while kept > 0 && self.segments[kept - 1].bytes().len() < 2 * length {
            kept -= 1;
            length += self.segments[kept].bytes().len();
        }
        self.segments.push(new);
        if kept + 1 < self.segments.len() {
            written += length;
            let swallowed: Vec<Segment> = self.segments.drain(kept..).collect();
            self.segments.push(Segment::join(&swallowed));
        }
        written
    }

    fn pieces(&self) -> impl Iterator<Item = Bytes> {
        self.segments.iter().map(Segment::bytes)
    }
}

impl Segment {
    fn encode(entries: Range<Index>, log: &Log) -> Segment {
        let mut encoder = Encoder::new();
        let mut bounds = vec![0];
        let mut index = entries.start;
        while index < entries.end {
            encoder.encode(log.entry(index));
            bounds.push(encoder.len());
            index = index.next();
        }
        Segment { entries, bounds, encoded: encoder.into_bytes().into(), is_shared: false }
    }

    /// One segment of several that follow each other.
    fn join(segments: &[Segment]) -> Segment {
        let entries = segments[0].entries.start..segments[segments.len() - 1].entries.end;
        let mut bounds = vec![0];
        let mut encoded = Vec::with_capacity(segments.iter().map(|s| s.bytes().len()).sum());
        for segment in segments {
            let (start, moved_to) = (segment.bounds[0], encoded.len());
            bounds.extend(segment.bounds[1..].iter().map(|bound| bound - start + moved_to));
            encoded.extend_from_slice(&segment.bytes());
        }
        Segment { entries, bounds, encoded: encoded.into(), is_shared: false }
    }

    /// Lets the log's commands be slices of this, in place of equal bytes somewhere else.
    fn share(&mut self, log: &mut Log) {
        if self.is_shared {
            return;
        }
        self.is_shared = true;
        let mut index = self.entries.start;
        for end in &self.bounds[1..] {
            let command = log.command_mut(index);
            *command = saved(&self.encoded, *end, command);
            index = index.next();
        }
    }

    /// Forgets all but the entries in `kept`. Returns how many bytes were copied: what is left,
    /// if it would hold on to more than as much again.
    fn keep(&mut self, kept: &Range<Index>) -> usize {
        let Range { start, end } = self.entries.clone();
        let start_left = kept.start.clamp(start, end);
        let end_left = kept.end.clamp(start_left, end);
        self.entries = start_left..end_left;
        self.bounds.truncate(end_left - start + 1);
        self.bounds.drain(..start_left - start);
        let left = self.bytes().len();
        if 2 * left >= self.encoded.len() {
            return 0;
        }
        *self = Segment::join(slice::from_ref(self));
        left
    }

    /// The entries that are left, encoded.
    fn bytes(&self) -> Bytes {
        self.encoded.slice(self.bounds[0]..self.bounds[self.bounds.len() - 1])
    }
}

#[cfg(test)]
mod tests;
