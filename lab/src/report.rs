//! Prints results: lines, tables and totals, on a terminal or as JSON.

pub mod color;
pub mod console;
pub mod failure_groups;
pub mod json;
pub mod one_run;
pub mod reached;
pub mod seeds;
pub mod summary;
pub mod terminal;
