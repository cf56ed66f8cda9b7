//! What the network does beyond the course's own tests.

mod calls;
mod faults;
mod misuse;
mod restarts;
mod setup;
