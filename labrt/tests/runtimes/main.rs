//! The two runtimes: what both promise, and what only the simulated one does.

mod everywhere;
mod schedules;
mod simulation;
