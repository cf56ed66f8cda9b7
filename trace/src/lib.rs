//! What happens in a test, as a stream of events with one vocabulary.
//!
//! The network, the disks and the tests record [`Event`]s in one [`Stream`] as they happen; rules,
//! reports and viewers are [`Watcher`]s of it, or read its file. The crate stands on plain data
//! alone: no thread, no clock, no network of ours.
//!
//! - A message of a student's Raft says what it means by a [`Fact`], in the words of figure 2 of
//!   the Raft paper.
//! - Nothing is encoded unless a file is asked for. The file has one event a line, as JSON
//!   ([`mod@file`], docs/trace.md).
//!
//! # In what order events are recorded
//!
//! Handlers run concurrently, so the order of two records is not always the order in which a server
//! decided. What a server is told is recorded *before* its code can see it: a request before its
//! handler starts, a reply before the call returns. What a server does is recorded *after* it was
//! decided: a request when the call is entered, a reply when its handler has returned, an applied
//! command when it is received. A crash is recorded before the server is cut off and its disk is
//! copied; a start after the disk was copied and before the student's code runs.

mod event;
mod fact;
pub mod file;
mod stream;

pub use event::{Call, Event, Failure, Incarnation, Party, What};
pub use fact::{EntryTerms, Fact, FactKind};
pub use stream::{Reaction, Source, Stream, Watcher};
