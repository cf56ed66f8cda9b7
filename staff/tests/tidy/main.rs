//! Tidy: what can be checked of the house's rules by reading its files. `cargo test -p staff --test
//! tidy` runs it, and so do `make quick` and `make check`.
//!
//! A rule is a function over files that returns [`staff::finding::Finding`]s, each with file and
//! line. It stands in a module of its own: first the test that holds the tree to it, then the rule,
//! then the tests that it finds a broken sample, and leaves alone the nearest one that is right.

mod columns;
mod commands;
mod crate_table;
mod layout;
mod leftovers;
mod links;
mod modules;
mod nevers;
mod sizes;
mod translations;
mod workspace;
