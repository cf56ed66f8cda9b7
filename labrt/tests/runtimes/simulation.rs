//! What only a simulated world does: find a deadlock at once, unwind every thread, run in virtual
//! time, and do the same again from the same seed.

mod bugs;
mod cross_world;
mod destructors;
mod determinism;
mod ends;
mod hostile;
mod lateness;
mod policies;
mod programs;
mod verdicts;
