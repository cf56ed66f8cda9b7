//! What a simulated world does that no other does: verdicts at once, a clean end, virtual time,
//! exact replay.

#[path = "../schedules/mod.rs"]
mod schedules;

mod bugs;
mod determinism;
mod ends;
mod hostile;
mod programs;
mod strays;
mod verdicts;
