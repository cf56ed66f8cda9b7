//! Asks an OS thread, with a signal, what it runs. Linux only.
//!
//! The thread's backtrace can be taken only by the thread itself. Taking one allocates, so a thread
//! interrupted inside the C library, perhaps with the allocator's lock, is let go and asked again;
//! one that stays there (it waits in the kernel, mostly) is asked regardless in the end.

use std::backtrace::Backtrace;
use std::ffi::c_void;
use std::ops::Range;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use super::{CARRIER, Watched, exempt};
use crate::record::Record;

/// Ignored unless there is a handler, so one that comes late or from elsewhere does no harm.
const SIGNAL: libc::c_int = libc::SIGURG;

/// Twenty polite signals and twenty others: two seconds, after which the thread is given up.
const SIGNALS: u32 = 40;
const BETWEEN: Duration = Duration::from_millis(50);

static ASKED: AtomicU8 = AtomicU8::new(NOTHING);
const NOTHING: u8 = 0;
const POLITELY: u8 = 1;
const REGARDLESS: u8 = 2;

static ANSWERED: AtomicBool = AtomicBool::new(false);
/// From an `Arc`, or null.
static RECORD: AtomicPtr<Record> = AtomicPtr::new(ptr::null_mut());
/// A `Box`, or null.
static BACKTRACE: AtomicPtr<Backtrace> = AtomicPtr::new(ptr::null_mut());

static C_LIBRARY: OnceLock<Range<usize>> = OnceLock::new();

pub(super) fn this_thread() -> usize {
    // SAFETY: it has no conditions. The type is an integer here, and as wide.
    unsafe { libc::pthread_self() as usize }
}

pub(super) fn install() {
    C_LIBRARY.get_or_init(c_library);
    // SAFETY: the action is zeroed, which is valid, then filled in. Not on the alternate stack,
    // which is too small for a backtrace.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handle as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
        libc::sigaction(SIGNAL, &action, ptr::null_mut());
    }
}

/// The thread of `world` that runs, and its backtrace, as far as it answers. Called once: after it
/// the process ends.
pub(super) fn probe(world: &Watched) -> (Option<Arc<Record>>, Option<Backtrace>) {
    for signal in 0..SIGNALS {
        let how = if signal < SIGNALS / 2 { POLITELY } else { REGARDLESS };
        ASKED.store(how, Ordering::Release);
        // SAFETY: an OS thread that has not left the world: it is stuck.
        unsafe {
            libc::pthread_kill(world.os_thread.load(Ordering::Relaxed) as libc::pthread_t, SIGNAL);
        }
        thread::sleep(BETWEEN);
        if !BACKTRACE.load(Ordering::Acquire).is_null() {
            break;
        }
    }
    let record = RECORD.swap(ptr::null_mut(), Ordering::AcqRel);
    let backtrace = BACKTRACE.swap(ptr::null_mut(), Ordering::AcqRel);
    // SAFETY: if not null, the handler has left a count of the record's `Arc`, and a `Box`.
    unsafe {
        (
            (!record.is_null()).then(|| Arc::from_raw(record.cast_const())),
            (!backtrace.is_null()).then(|| *Box::from_raw(backtrace)),
        )
    }
}

extern "C" fn handle(_: libc::c_int, _: *mut libc::siginfo_t, context: *mut c_void) {
    let asked = ASKED.load(Ordering::Acquire);
    if asked == NOTHING || asked == POLITELY && in_c_library(context) {
        return;
    }
    if ANSWERED.swap(true, Ordering::AcqRel) {
        return;
    }
    // SAFETY: always valid on the calling thread.
    let errno = unsafe { *libc::__errno_location() };
    let record = CARRIER.with(|carrier| carrier.record.get());
    if !record.is_null() {
        // SAFETY: from an `Arc` that lives while its thread runs, which is here.
        unsafe { Arc::increment_strong_count(record) };
        RECORD.store(record.cast_mut(), Ordering::Release);
    }
    let backtrace = exempt(|| Box::new(Backtrace::force_capture()));
    BACKTRACE.store(Box::into_raw(backtrace), Ordering::Release);
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = errno };
}

/// Was the thread interrupted there?
fn in_c_library(context: *mut c_void) -> bool {
    // SAFETY: the kernel hands a handler with SA_SIGINFO this context.
    let context = unsafe { &*context.cast::<libc::ucontext_t>() };
    let at = instruction(&context.uc_mcontext);
    C_LIBRARY.get().is_some_and(|library| library.contains(&at))
}

#[cfg(target_arch = "x86_64")]
fn instruction(machine: &libc::mcontext_t) -> usize {
    machine.gregs[libc::REG_RIP as usize] as usize
}

#[cfg(target_arch = "aarch64")]
fn instruction(machine: &libc::mcontext_t) -> usize {
    machine.pc as usize
}

/// Elsewhere a thread is never found in the C library.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn instruction(_: &libc::mcontext_t) -> usize {
    0
}

/// Where the C library's code lies: the segment with `malloc`.
fn c_library() -> Range<usize> {
    let mut segment = 0..0;
    // SAFETY: the callback is called before this returns, with `segment` as its data.
    unsafe { libc::dl_iterate_phdr(Some(find_malloc), ptr::from_mut(&mut segment).cast()) };
    segment
}

unsafe extern "C" fn find_malloc(
    object: *mut libc::dl_phdr_info,
    _: libc::size_t,
    segment: *mut c_void,
) -> libc::c_int {
    let malloc = libc::malloc as *const () as usize;
    // SAFETY: `dl_iterate_phdr` hands a valid description of an object, with so many headers.
    let (object, headers) = unsafe {
        let object = &*object;
        (object, std::slice::from_raw_parts(object.dlpi_phdr, object.dlpi_phnum.into()))
    };
    for header in headers.iter().filter(|header| header.p_type == libc::PT_LOAD) {
        let start = object.dlpi_addr as usize + header.p_vaddr as usize;
        let addresses = start..start + header.p_memsz as usize;
        if addresses.contains(&malloc) {
            // SAFETY: what `c_library` passed.
            unsafe { *segment.cast::<Range<usize>>() = addresses };
            return 1;
        }
    }
    0
}
