//! What a simulated world does that no other does: verdicts at once, a clean end, virtual time,
//! exact replay.

mod bugs;
mod destructors;
mod determinism;
mod ends;
mod hostile;
mod programs;
mod strays;
mod verdicts;
