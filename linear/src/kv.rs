//! The course's key/value service: get, put and append of strings; every key is `""` at first.
//!
//! A [`History`] is recorded operation by operation and stays small: each key's values are kept in
//! a trie, so a read that returns the whole of a value a megabyte long costs 40 bytes if the value
//! was read before, or only grew. The search plays on the places of that trie (`landmarks.rs`,
//! `board.rs`).

mod board;
mod history;
mod landmarks;
mod layout;
mod narrate;
mod plain;
mod texts;

pub use history::{Action, History, Operation};
pub use plain::{Plain, PlainAction, PlainOperation};
