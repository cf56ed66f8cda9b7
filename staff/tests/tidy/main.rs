//! Tidy: checks the rules of this tree that can be checked by reading its files. `cargo test -p
//! staff --test tidy` runs it, and so do `make quick` and `make check`.
//!
//! A rule is a function over files that returns [`staff::finding::Finding`]s, each with file and
//! line. Each has its own module: first the test that applies it to this tree, then the rule, then
//! tests that it finds a broken sample and accepts a similar good one.

mod columns;
mod commands;
mod crate_table;
mod layout;
mod links;
mod modules;
mod nevers;
mod sizes;
mod translations;
mod unfinished;
mod workspace;
