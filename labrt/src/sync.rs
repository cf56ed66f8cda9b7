//! Locks that record their holder. Mirrors `parking_lot` (no poisoning, except of [`Once`]) and
//! `std::sync::atomic`.
//!
//! `Arc` is std's.

pub mod atomic;
mod condvar;
mod mutex;
mod once;
mod release;
mod rwlock;

pub use condvar::{Condvar, WaitTimeoutResult};
pub use mutex::{Mutex, MutexGuard};
pub use once::{Once, OnceState};
pub use rwlock::{RwLock, RwLockReadGuard, RwLockWriteGuard};
