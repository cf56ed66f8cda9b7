//! The course's key/value service: get, put and append of strings; every key is `""` at first.
//!
//! A [`History`] is recorded operation by operation and stays small: each key's values are kept in
//! a trie, so a read that returns the whole of a value a megabyte long costs 40 bytes if the value
//! was read before, or only grew. The search's values are positions in that trie
//! (`visible_values.rs`, `state.rs`).

mod describe;
mod history;
mod interned;
mod layout;
mod plain;
mod state;
mod visible_values;

pub use history::{Action, History, Operation};
pub use plain::{Plain, PlainAction, PlainOperation};
