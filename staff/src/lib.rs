//! Reading the files of a tree and checking links in pages. A library, because the `staff` program
//! (`main.rs`) uses it on handouts and tidy (`staff/tests/tidy`) on this tree.

pub mod finding;
pub mod links;
pub mod markdown;
pub mod tree;
