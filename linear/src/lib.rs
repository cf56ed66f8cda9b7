//! Is a history linearizable? The judge of the key/value labs.
//!
//! A *history* is what clients saw of a service from outside: for each operation who asked for
//! what, when it was called, when it returned, and with what answer. It is *linearizable* if there
//! is one order of all operations in which each takes effect at some moment between its call and
//! its return and every answer is what a single machine would have given (Herlihy and Wing, 1990).
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
//! record(2, Action::Get("x"), 5, 7); // while the append is under way: it may have taken effect
//! record(2, Action::Get(""), 20, 30); // but then it stays
//!
//! let checked = history.check(&Limits::default());
//! let Verdict::Illegal(violation) = checked.verdict else { panic!("this cannot be") };
//! assert_eq!(violation.key, "k");
//! println!("{violation}");
//! ```
//!
//! # What counts
//!
//! - **Moments are included.** Two operations whose intervals touch, one returning at the very
//!   moment the other is called, are concurrent, whatever client they are of. In virtual time that
//!   happens all the time. An operation may be called and return at the same moment.
//! - **Pending operations** (no return) may take effect at any time after their call, or never. A
//!   pending read says nothing.
//! - **Keys are independent**: a history is linearizable if each key's is. So each is searched for
//!   itself.
//!
//! # How it is decided
//!
//! The search (`search.rs`) places operations one by one, backs out of dead ends and remembers
//! them. What an operation does, and what need not be tried, is the board's to know (`board.rs`):
//! for values that grow by appends that is [`kv`]'s, where nearly all orders but one are seen at
//! once to lead nowhere; any other [`Model`] is played with copies of its states. Steps are
//! counted, not seconds, so a history has the same verdict on every machine ([`Limits`]).
//!
//! An `Illegal` verdict comes with a few of the operations that cannot be ordered even if all
//! others are let go free ([`Violation`]). They were found illegal by a search that remembers dead
//! ends in full, not by hashes ([`Violation::is_confirmed`]): so nobody fails for two numbers that
//! happen to be equal. If there are no steps for that, the verdict stands on 128 bits for every
//! dead end, two of which are alike with a probability of some 2^-83.
//!
//! No thread is started, no clock is read, and nothing is random.

mod board;
mod check;
mod excerpt;
mod explain;
pub mod format;
mod index_set;
pub mod kv;
mod limits;
mod lists;
mod model;
mod partition;
pub mod register;
mod replay;
mod report;
mod search;
mod seen;
mod shrink;
mod timeline;
mod trie;
mod verdict;

pub use limits::Limits;
pub use model::{Model, Timed, check};
pub use verdict::{Checked, Verdict, Violation};
