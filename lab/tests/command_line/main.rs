//! The runner as its user meets it: words in, words and an exit code out. Cargo and the test
//! binaries are scripts (`tests/fake`); the course is the real one.

mod bench;
mod real;
mod simulated;
