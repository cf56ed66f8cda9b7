//! Decides whether a history is linearizable: the checker of the key/value labs.
//!
//! A *history* is what clients observed of a service from outside: for each operation the client,
//! what it called, when, when it returned, and with what answer. It is *linearizable* if there is
//! one order of all operations (a *linearization*) in which each takes effect at some moment
//! between its call and its return and every answer is what a single machine would have given
//! (Herlihy and Wing, 1990).
//!
//! ```
//! use linear::kv::{Action, History, Operation};
//! use linear::{Limits, Verdict};
//! use std::time::Duration;
//!
//! let at = Duration::from_millis;
//! let mut history = History::new();
//! let mut record = |client, action, call, returned| {
//!     let returned = Some(at(returned));
//!     history.record(Operation { client, key: "k", action, call: at(call), returned });
//! };
//! record(1, Action::Append("x"), 0, 10);
//! record(2, Action::Get("x"), 5, 7); // during the append, which may have taken effect
//! record(2, Action::Get(""), 20, 30); // but then this must see it
//!
//! let checked = history.check(&Limits::default());
//! let Verdict::Illegal(violation) = checked.verdict else { panic!("this cannot be") };
//! assert_eq!(violation.key, "k");
//! println!("{violation}");
//! ```
//!
//! # What counts
//!
//! - **Intervals are closed.** Two operations whose intervals touch, one returning at the very
//!   moment the other is called, are concurrent, whatever their clients are. In virtual time that
//!   is common. An operation may be called and return at the same moment.
//! - **Pending operations** (no return) may take effect at any time after their call, or never. A
//!   pending read constrains nothing.
//! - **Keys are independent**: a history is linearizable if each key's is (P-compositionality, Horn
//!   and Kroening, 2015). So each key is searched by itself.
//!
//! # How it is decided
//!
//! The search (`search.rs`) is Wing and Gong's with Lowe's memo: it places operations one by one,
//! undoes them at dead ends, and remembers those. What an operation does, and what need not be
//! tried, is known to the search state (`search_state.rs`). For values that grow by appends that is
//! [`kv`]'s, whose rules prune nearly all orders but one; for any other [`Model`] it keeps copies
//! of the model's states. Steps are counted, not seconds, so a history has the same verdict on
//! every machine ([`Limits`]).
//!
//! An `Illegal` verdict comes with a few of the operations that cannot be ordered even if all
//! others may take effect at any time or never ([`Violation`]). They were found illegal by a search
//! that remembers dead ends in full, not by hashes ([`Violation::is_confirmed`]), so no history is
//! refused because of a hash collision. If there are no steps left for that, the verdict rests on
//! 128 bits for every dead end, two of which are equal with a probability of some 2^-83.
//!
//! The crate starts no thread, reads no clock, and draws no random number.

mod check;
mod excerpt;
mod explain;
pub mod format;
mod index_set;
pub mod kv;
mod limits;
mod lists;
mod memo;
mod model;
mod model_state;
mod partition;
pub mod register;
mod report;
mod search;
mod search_state;
mod shrink;
mod timeline;
mod trie;
mod verdict;

pub use limits::Limits;
pub use model::{Model, Timed, check};
pub use verdict::{Checked, Verdict, Violation};
