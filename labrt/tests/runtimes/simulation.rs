//! What a simulated world does that no other does: verdicts at once, a clean end, virtual time,
//! exact replay.

mod bugs;
mod cross_world;
mod destructors;
mod determinism;
mod ends;
mod hostile;
mod programs;
mod verdicts;
