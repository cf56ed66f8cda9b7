//! Intercepts std's calls into the C library, to see what student code asks of the OS. Linux with
//! glibc only.
//!
//! The functions here have the names of the C library's, so the linker resolves std's calls to
//! them. Outside simulated threads, and within [`bypass`], they pass every call on. They must not
//! unwind, so a misuse is kept for the next scheduling point; a wait that no thread ends has no
//! next scheduling point and ends the process.

use std::backtrace::Backtrace;
use std::ffi::{CStr, c_int, c_long, c_uint, c_void};
use std::mem::transmute;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use libc::{clockid_t, pthread_attr_t, pthread_t, size_t, ssize_t, timespec};

use super::culprit_frame::culprit_frame;
use super::fatal::failure;
use super::{HOST_THREAD, bypass};
use crate::seed::mix;
use crate::world::FailureKind;

mod futex;
#[cfg(test)]
mod tests;

/// A function of the C library.
struct Real {
    name: &'static CStr,
    address: AtomicPtr<c_void>,
}

impl Real {
    const fn new(name: &'static CStr) -> Real {
        Real { name, address: AtomicPtr::new(ptr::null_mut()) }
    }

    #[inline(always)]
    fn address(&self) -> *mut c_void {
        // Relaxed: all threads find the same.
        let address = self.address.load(Ordering::Relaxed);
        if address.is_null() { self.find() } else { address }
    }

    #[cold]
    fn find(&self) -> *mut c_void {
        // SAFETY: a plain look-up of a name.
        let address = unsafe { libc::dlsym(libc::RTLD_NEXT, self.name.as_ptr()) };
        if address.is_null() {
            // A C library without it cannot have been linked.
            std::process::abort();
        }
        self.address.store(address, Ordering::Relaxed);
        address
    }
}

#[inline(always)]
fn guarded() -> bool {
    HOST_THREAD.with(|host| host.guarded.get())
}

static CLOCK_GETTIME: Real = Real::new(c"clock_gettime");
static NANOSLEEP: Real = Real::new(c"nanosleep");
static CLOCK_NANOSLEEP: Real = Real::new(c"clock_nanosleep");
static GETRANDOM: Real = Real::new(c"getrandom");
static PTHREAD_CREATE: Real = Real::new(c"pthread_create");
static SYSCALL: Real = Real::new(c"syscall");

/// # Safety
/// The C library's.
#[unsafe(no_mangle)]
unsafe extern "C" fn clock_gettime(clock: clockid_t, time: *mut timespec) -> c_int {
    if guarded() {
        read_clock(clock);
    }
    type Function = unsafe extern "C" fn(clockid_t, *mut timespec) -> c_int;
    // SAFETY: the C library's function, which has this type; the caller answers for the rest.
    unsafe { transmute::<*mut c_void, Function>(CLOCK_GETTIME.address())(clock, time) }
}

#[cold]
fn read_clock(clock: clockid_t) {
    match clock {
        libc::CLOCK_MONOTONIC => {
            misuse("std::time::Instant::now", "labrt::time::Instant::now");
        }
        libc::CLOCK_REALTIME => {
            misuse("std::time::SystemTime::now", "labrt::time::Instant::now");
        }
        _ => {}
    }
}

/// # Safety
/// The C library's.
#[unsafe(no_mangle)]
unsafe extern "C" fn nanosleep(time: *const timespec, left: *mut timespec) -> c_int {
    if guarded() {
        sleeps();
        return 0;
    }
    type Function = unsafe extern "C" fn(*const timespec, *mut timespec) -> c_int;
    // SAFETY: as above.
    unsafe { transmute::<*mut c_void, Function>(NANOSLEEP.address())(time, left) }
}

/// # Safety
/// The C library's.
#[unsafe(no_mangle)]
unsafe extern "C" fn clock_nanosleep(
    clock: clockid_t,
    flags: c_int,
    time: *const timespec,
    left: *mut timespec,
) -> c_int {
    if guarded() {
        sleeps();
        return 0;
    }
    type Function = unsafe extern "C" fn(clockid_t, c_int, *const timespec, *mut timespec) -> c_int;
    // SAFETY: as above.
    unsafe {
        transmute::<*mut c_void, Function>(CLOCK_NANOSLEEP.address())(clock, flags, time, left)
    }
}

#[cold]
fn sleeps() {
    misuse("std::thread::sleep", "labrt::thread::sleep");
}

/// # Safety
/// The C library's.
#[unsafe(no_mangle)]
unsafe extern "C" fn getrandom(bytes: *mut c_void, length: size_t, flags: c_uint) -> ssize_t {
    if guarded() {
        // SAFETY: the caller says that so many bytes are there.
        fill(unsafe { std::slice::from_raw_parts_mut(bytes.cast(), length) });
        return length.cast_signed();
    }
    type Function = unsafe extern "C" fn(*mut c_void, size_t, c_uint) -> ssize_t;
    // SAFETY: as above.
    unsafe { transmute::<*mut c_void, Function>(GETRANDOM.address())(bytes, length, flags) }
}

/// Entropy as the world's seed has it. What an OS thread asks before it runs a simulated thread
/// (for the keys of its hash maps) is the same on every OS thread of the world.
fn fill(bytes: &mut [u8]) {
    let seed = HOST_THREAD.with(|host| {
        // SAFETY: guarded code runs within a world, and its `ThreadInfo` lives while it does.
        let (world, info) = unsafe { (&*host.world.get(), host.info.get().as_ref()) };
        info.map_or(world.seed, |info| mix(info.seed, world.draws.fetch_add(1, Ordering::Relaxed)))
    });
    for (number, chunk) in (0..).zip(bytes.chunks_mut(size_of::<u64>())) {
        chunk.copy_from_slice(&mix(seed, number).to_le_bytes()[..chunk.len()]);
    }
}

/// # Safety
/// The C library's.
#[unsafe(no_mangle)]
unsafe extern "C" fn pthread_create(
    thread: *mut pthread_t,
    attributes: *const pthread_attr_t,
    start: StartRoutine,
    argument: *mut c_void,
) -> c_int {
    if guarded() {
        misuse("std::thread::spawn", "labrt::thread::spawn");
    }
    type Function = unsafe extern "C" fn(
        *mut pthread_t,
        *const pthread_attr_t,
        StartRoutine,
        *mut c_void,
    ) -> c_int;
    let create = PTHREAD_CREATE.address();
    // SAFETY: as above.
    unsafe { transmute::<*mut c_void, Function>(create)(thread, attributes, start, argument) }
}

type StartRoutine = extern "C" fn(*mut c_void) -> *mut c_void;

/// The C library's has as many arguments as the call; the unused ones are read from where nothing
/// was put, and passed on unseen.
///
/// # Safety
/// The C library's.
#[unsafe(no_mangle)]
unsafe extern "C" fn syscall(
    number: c_long,
    a: c_long,
    b: c_long,
    c: c_long,
    d: c_long,
    e: c_long,
    f: c_long,
) -> c_long {
    if guarded() {
        match (number, b as c_int & libc::FUTEX_CMD_MASK) {
            (libc::SYS_futex, libc::FUTEX_WAIT | libc::FUTEX_WAIT_BITSET) => {
                // SAFETY: the caller's address, and its time-out or null.
                return unsafe { futex::wait(a, b as c_int, c, (d as *const timespec).as_ref()) };
            }
            (libc::SYS_getrandom, _) => {
                // SAFETY: as the call says.
                return unsafe { getrandom(a as *mut c_void, b as size_t, c as c_uint) } as c_long;
            }
            _ => {}
        }
    }
    // SAFETY: as above.
    unsafe { real_syscall(number, a, b, c, d, e, f) }
}

#[inline(always)]
unsafe fn real_syscall(
    number: c_long,
    a: c_long,
    b: c_long,
    c: c_long,
    d: c_long,
    e: c_long,
    f: c_long,
) -> c_long {
    type Function =
        unsafe extern "C" fn(c_long, c_long, c_long, c_long, c_long, c_long, c_long) -> c_long;
    // SAFETY: as above.
    unsafe { transmute::<*mut c_void, Function>(SYSCALL.address())(number, a, b, c, d, e, f) }
}

/// Keeps a misuse for the next scheduling point; the first counts.
fn misuse(what: &str, instead: &str) {
    bypass(|| {
        if HOST_THREAD.with(|host| !host.misuse.get().is_null()) {
            return;
        }
        let culprit = culprit_frame(&Backtrace::force_capture());
        let message = format!("{what} inside the simulation; use {instead}");
        HOST_THREAD.with(|host| {
            // SAFETY: guarded code runs within a world, and its `ThreadInfo` lives while it does.
            let (world, info) = unsafe { (&*host.world.get(), host.info.get().as_ref()) };
            let failure = failure(world, FailureKind::Misuse, message, info, culprit);
            host.misuse.set(Box::into_raw(Box::new(failure)));
        });
    })
}
