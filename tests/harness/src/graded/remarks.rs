//! What a scenario remarks on: odd, but no failure.

#![expect(
    clippy::disallowed_types,
    reason = "a static labrt lock would belong to the first of many worlds; nobody waits under it"
)]

use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The remarks of the present run. A process runs one scenario at a time.
static REMARKS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Remarks on something that is odd but fails nothing: it is printed with the test's passed line.
pub fn note(remark: impl Into<String>) {
    let remark = remark.into();
    remarks().push(remark);
}

/// The remarks so far. Those of the next run begin.
pub(super) fn take() -> Vec<String> {
    mem::take(&mut *remarks())
}

fn remarks() -> MutexGuard<'static, Vec<String>> {
    REMARKS.lock().unwrap_or_else(PoisonError::into_inner)
}
