//! The runner as a program: its arguments, what it prints, and its exit code. Cargo and the test
//! binaries are scripts (`tests/fake`); the course is the real one.

mod bench;
mod busy;
mod real;
mod simulated;
