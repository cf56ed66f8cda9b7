//! Waits in std's locks and channels: a simulated thread that waits in the kernel stops its whole
//! world. Linux only.

use std::backtrace::Backtrace;
use std::ffi::{c_int, c_long};
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use libc::timespec;

use super::{misuse, real_syscall};
use crate::sim::guard::culprit_frame::culprit_frame;
use crate::sim::guard::fatal::{Alarm, Fault, fatal};
use crate::sim::guard::{HOST_THREAD, bypass, take_misuse};
use crate::world::FailureKind;

/// How long a lock of the OS may take. Worlds in parallel share some, as that of stdout.
const PATIENCE: Duration = Duration::from_secs(1);
/// A wait is made of slices, so that time in which the process was stopped does not count.
const SLICE: Duration = Duration::from_millis(50);

/// A futex wait, as the kernel does it but with little patience.
///
/// # Safety
/// The address and the time-out are as for the kernel.
#[cold]
pub(super) unsafe fn wait(
    address: c_long,
    operation: c_int,
    value: c_long,
    timeout: Option<&timespec>,
) -> c_long {
    let operation_of_slice = libc::FUTEX_WAIT | (operation & libc::FUTEX_PRIVATE_FLAG);
    let limit = timeout.map(|timeout| time_left(operation, timeout));
    let (mut waited, mut patience) = (Duration::ZERO, PATIENCE);
    loop {
        let slice = limit.map_or(SLICE, |limit| SLICE.min(limit.saturating_sub(waited)));
        let time = timespec { tv_sec: 0, tv_nsec: slice.subsec_nanos().into() };
        let time = ptr::from_ref(&time) as c_long;
        // SAFETY: the caller's address and value, and a time that outlives the call.
        let result = unsafe {
            real_syscall(libc::SYS_futex, address, operation_of_slice.into(), value, time, 0, 0)
        };
        // SAFETY: always valid on the calling thread.
        if result != -1 || unsafe { *libc::__errno_location() } != libc::ETIMEDOUT {
            return result;
        }
        waited += slice;
        if limit.is_some_and(|limit| waited >= limit) {
            // To make a deadline, std has read the clock. It is the wait that is to be reported.
            bypass(|| drop(take_misuse()));
            misuse("a timed wait of std", "those of labrt");
            // SAFETY: as above.
            unsafe { *libc::__errno_location() = libc::ETIMEDOUT };
            return -1;
        }
        if waited >= patience {
            blocks();
            patience += PATIENCE;
        }
    }
}

/// What a futex's time-out, which is a time of a clock in one operation, leaves.
fn time_left(operation: c_int, timeout: &timespec) -> Duration {
    let duration = |time: &timespec| {
        Duration::new(time.tv_sec.max(0).cast_unsigned(), time.tv_nsec.try_into().unwrap_or(0))
    };
    if operation & libc::FUTEX_CMD_MASK == libc::FUTEX_WAIT {
        return duration(timeout);
    }
    let realtime = operation & libc::FUTEX_CLOCK_REALTIME != 0;
    let clock = if realtime { libc::CLOCK_REALTIME } else { libc::CLOCK_MONOTONIC };
    let mut now = timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `now` is there to be filled.
    bypass(|| unsafe { libc::clock_gettime(clock, &mut now) });
    duration(timeout).saturating_sub(duration(&now))
}

/// No thread has ended a wait in time. Returns if it is labrt's own, which others will end.
fn blocks() {
    bypass(|| {
        let backtrace = Backtrace::force_capture();
        if culprit_frame(&backtrace).through_labrt {
            return;
        }
        HOST_THREAD.with(|host| {
            let (world, info) = (host.world.get(), host.info.get());
            // SAFETY: both come from `Arc`s that live while guarded code runs; a count is added.
            let (world, info) = unsafe {
                Arc::increment_strong_count(world);
                if !info.is_null() {
                    Arc::increment_strong_count(info);
                }
                (Arc::from_raw(world), (!info.is_null()).then(|| Arc::from_raw(info)))
            };
            let kind = FailureKind::Misuse;
            fatal(Alarm { world, kind, what: Fault::Blocks, info, backtrace: Some(backtrace) })
        })
    });
}
