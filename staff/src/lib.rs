//! What reads the files of a tree: of this one for tidy (`staff/tests/tidy`), of each that can be
//! handed out for `staff check-course`. The program is in `main.rs`.

pub mod finding;
pub mod links;
pub mod markdown;
pub mod tree;
