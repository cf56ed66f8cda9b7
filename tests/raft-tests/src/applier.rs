//! The applier: the service on top of each Raft, a thread that takes what Raft applies and checks
//! it.
//!
//! A fix: in the course a violation here ends the process, and the code that would print which test
//! failed is never reached. Here it fails the test at once, by name. The applier takes messages to
//! the end in any case: a Raft that is stuck handing one over may hold a lock that others wait for.

use crate::cluster::{Service, Shared};
use crate::value::Value;
use harness::checks::{Property, Violation};
use labgob::{DecodeError, Decoder, Encoder};
use labrt::channel::Receiver;
use labrt::thread;
use log::debug;
use raft::{ApplyMsg, Bytes, Index, Raft, ServerId};
use std::sync::Arc;
use trace::{Incarnation, What};

/// Starts the applier of one incarnation of a server. It ends when Raft drops its side of the
/// channel.
pub(crate) fn spawn(
    shared: Arc<Shared>,
    incarnation: Incarnation,
    raft: Raft,
    messages: Receiver<ApplyMsg>,
) {
    let server = ServerId(incarnation.server);
    let applier = Applier { shared, incarnation, raft };
    let take_all = move || {
        for message in messages {
            applier.take(message);
        }
    };
    let thread = thread::Builder::new().name("test-applier").server(server.to_string());
    thread.spawn(take_all).expect("the applier's thread can be spawned");
}

struct Applier {
    shared: Arc<Shared>,
    incarnation: Incarnation,
    raft: Raft,
}

impl Applier {
    fn take(&self, message: ApplyMsg) {
        let (server, services) = (self.incarnation, &self.shared.services);
        match (message, self.shared.service) {
            (ApplyMsg::Command { index, command, .. }, service) => {
                self.shared.events.record(What::Applied { server, index: index.0 });
                services.plan(server.server).slow.pause();
                let counts = self.shared.apply(server, index, &command);
                if counts
                    && service == Service::Snapshotting
                    && services.plan(server.server).snapshots.is_due(index)
                {
                    self.take_snapshot(index);
                }
            }
            (ApplyMsg::Snapshot { .. }, Service::Plain) => {}
            (ApplyMsg::Snapshot { index, snapshot, .. }, Service::Snapshotting) => {
                self.shared.events.record(What::AppliedSnapshot { server, index: index.0 });
                services.plan(server.server).slow.pause();
                self.shared.ingest(server, Some(index), &snapshot);
            }
        }
    }

    /// Hands Raft a snapshot from this very thread: Raft must not hold a lock that `snapshot`
    /// needs while it hands over a command.
    fn take_snapshot(&self, index: Index) {
        let snapshot = encode_snapshot(index, self.shared.lock().applied.up_to(index.0));
        let (server, index_taken) = (self.incarnation, index.0);
        self.shared.events.record(What::TookSnapshot { server, index: index_taken });
        self.raft.snapshot(index, snapshot);
    }
}

impl Shared {
    /// A server applied a command. Returns whether that was right, and of its present incarnation.
    fn apply(&self, incarnation: Incarnation, index: Index, command: &[u8]) -> bool {
        let server = ServerId(incarnation.server);
        let value = labgob::decode::<Value>(command).map_err(|error| {
            let what =
                format!("{server} applied bytes at index {index} that are no command: {error}");
            Violation::of(Property::OnlyCommands, what)
        });
        let mut state = self.lock();
        // A fix that goes with clearing on restart: what a crashed incarnation still applies must
        // not count for the next one.
        if !state.counts(incarnation) {
            return false;
        }
        let result = value.and_then(|value| {
            debug!(target: "applier", "applied {value} at index {index}");
            state.started.check_asked(server.0, index.0, &value)?;
            state.applied.apply(server.0, index.0, value)
        });
        drop(state);
        self.hold_to(result)
    }

    /// A server's service starts from the snapshot on its disk.
    pub(crate) fn restore(&self, incarnation: Incarnation, bytes: &[u8]) {
        if let Ok((index, _)) = decode_snapshot(bytes) {
            self.events.record(What::Restored { server: incarnation, index: index.0 });
        }
        self.ingest(incarnation, None, bytes);
    }

    /// A server took a snapshot for its state, as a real service would: one that Raft handed it
    /// as of index `named`, or the one it found on its disk when it started.
    fn ingest(&self, incarnation: Incarnation, named: Option<Index>, bytes: &[u8]) {
        let server = ServerId(incarnation.server);
        let values = read_snapshot(named, bytes).map_err(|problem| {
            Violation::of(Property::SnapshotsIntact, format!("{server} was given {problem}"))
        });
        let mut state = self.lock();
        if !state.counts(incarnation) {
            return;
        }
        let result = values.and_then(|values| {
            debug!(target: "applier", "took a snapshot as of index {}", values.len());
            state.applied.ingest(server.0, &values)
        });
        drop(state);
        self.hold_to(result);
    }
}

/// The last index in the snapshot, then the commands from index 0 on: none at 0, where Raft's log
/// has its head entry, which is no command.
fn encode_snapshot<'a>(index: Index, values: impl Iterator<Item = &'a Value>) -> Bytes {
    let commands: Vec<Option<Value>> =
        [None].into_iter().chain(values.cloned().map(Some)).collect();
    let mut encoder = Encoder::new();
    encoder.encode(&index);
    encoder.encode(&commands);
    encoder.into_bytes().into()
}

/// The commands from index 1 on, or what is wrong with the snapshot.
fn read_snapshot(named: Option<Index>, bytes: &[u8]) -> Result<Vec<Value>, String> {
    let (index, commands) = decode_snapshot(bytes)
        .map_err(|error| format!("{} bytes that are no snapshot: {error}", bytes.len()))?;
    if let Some(named) = named.filter(|named| *named != index) {
        return Err(format!("a snapshot as of index {named} that was made at index {index}"));
    }
    let values: Vec<Value> = commands.into_iter().skip(1).flatten().collect();
    match values.len() as u64 == index.0 {
        true => Ok(values),
        false => Err(format!("a snapshot as of index {index} with {} commands", values.len())),
    }
}

fn decode_snapshot(bytes: &[u8]) -> Result<(Index, Vec<Option<Value>>), DecodeError> {
    let mut decoder = Decoder::new(bytes);
    let parts = (decoder.decode()?, decoder.decode::<Vec<Option<Value>>>()?);
    decoder.finish()?;
    Ok(parts)
}

#[cfg(test)]
mod tests;
