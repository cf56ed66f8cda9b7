// FROM 2C
//! Part 2C: the persistent state as bytes, so that saving costs as much as what changed.
//!
//! The state is encoded as a sequence of values: a header, then the entries of the log. To encode
//! the whole log at each change would be slow for a long log, so the encoded entries are kept in
//! segments, which are shared with the [`Persister`](labdisk::Persister) and never changed.

use std::ops::Range;
use std::slice;

use bytes::Bytes;
use labgob::{DecodeError, Decoder, Encoder};
use serde::{Deserialize, Serialize};

use crate::log::{Entry, Log};
use crate::types::{Index, ServerId, Term};

/// The state that was saved last.
#[derive(Default)]
pub(crate) struct Saved {
    /// `None` if nothing was saved yet.
    pub(crate) header: Option<Header>,
    /// The entries of the log.
    pub(crate) log: EncodedLog,
}

/// The persistent state but for the log's entries and the snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) term: Term,
    pub(crate) voted_for: Option<ServerId>,
    pub(crate) snapshot_index: Index,
    pub(crate) snapshot_term: Term,
}

/// Decodes a saved state. The log's commands are slices of `bytes`.
pub(crate) fn decode(bytes: &Bytes) -> Result<(Header, Log), DecodeError> {
    let mut decoder = Decoder::new(bytes);
    let header: Header = decoder.decode()?;
    let mut log = Log::after(header.snapshot_index, header.snapshot_term);
    while !decoder.is_empty() {
        let Entry { term, command } = decoder.decode()?;
        log.append(Entry { term, command: command_slice(bytes, decoder.position(), &command) });
    }
    Ok((header, log))
}

/// `command` as a slice of the encoded entry that ends at `end`: an entry ends with its command.
fn command_slice(encoded: &Bytes, end: usize, command: &Bytes) -> Bytes {
    let slice = encoded.slice(end - command.len()..end);
    debug_assert_eq!(slice, *command, "an encoded entry does not end with its command");
    slice
}

/// The entries of a log as they were saved last, encoded, in segments.
///
/// New entries make a new segment. It is merged with those before it that are not at least twice as
/// long: so there are few segments, and a byte is copied a logarithmic number of times at most.
/// When the log is truncated or compacted, the segment at that place is sliced, and copied only
/// once most of it is gone.
///
/// The log's commands are slices of the segments, so that the bytes of each are kept once. That
/// saves a quarter of the memory of a log of short commands.
#[derive(Default)]
pub(crate) struct EncodedLog {
    /// In order and without gaps. Each but the first, which a snapshot may have shortened, is at
    /// least twice as long as the one after it.
    segments: Vec<Segment>,
}

/// Consecutive entries, encoded.
struct Segment {
    /// The entries that it still has.
    entries: Range<Index>,
    /// The offset in `encoded` at which each of them begins, and at which the last one ends.
    bounds: Vec<usize>,
    /// Their bytes, and around them at most as many of entries that were dropped.
    encoded: Bytes,
    /// Whether the log's commands are slices of `encoded` already.
    is_shared: bool,
}

impl EncodedLog {
    /// Encodes what has changed in the log. Returns how many bytes were encoded or copied.
    pub(crate) fn update(&mut self, log: &mut Log) -> usize {
        let first = log.snapshot_index().next();
        let end = log.last().next();
        let same_until = log.changed_from().unwrap_or(end);
        let written = self.retain(&(first..same_until)) + self.extend(same_until..end, log);
        self.segments.iter_mut().for_each(|segment| segment.share(log));
        written
    }

    /// Drops all but the entries in `kept`. Returns how many bytes were copied.
    fn retain(&mut self, kept: &Range<Index>) -> usize {
        let written = self.segments.iter_mut().map(|segment| segment.retain(kept)).sum();
        self.segments.retain(|segment| !segment.entries.is_empty());
        written
    }

    /// Adds entries at the end, as one segment, merged with those before it that are not at least
    /// twice as long. Returns how many bytes were encoded or copied.
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
            let merged: Vec<Segment> = self.segments.drain(kept..).collect();
            self.segments.push(Segment::join(&merged));
        }
        written
    }

    /// The encoded entries, in order.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = Bytes> {
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

    /// One segment of several consecutive ones.
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

    /// Replaces the log's commands by equal slices of `encoded`.
    fn share(&mut self, log: &mut Log) {
        if self.is_shared {
            return;
        }
        self.is_shared = true;
        let mut index = self.entries.start;
        for end in &self.bounds[1..] {
            let command = log.command_mut(index);
            *command = command_slice(&self.encoded, *end, command);
            index = index.next();
        }
    }

    /// Drops all but the entries in `kept`. If more than half of `encoded` would be of dropped
    /// entries, copies what is left. Returns how many bytes were copied.
    fn retain(&mut self, kept: &Range<Index>) -> usize {
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

    /// The encoded entries that it still has.
    fn bytes(&self) -> Bytes {
        self.encoded.slice(self.bounds[0]..self.bounds[self.bounds.len() - 1])
    }
}

#[cfg(test)]
mod tests;
