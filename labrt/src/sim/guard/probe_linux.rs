//! Interrupts an OS thread with a signal to take its backtrace. Linux only.
//!
//! A thread's backtrace can be taken only by the thread itself. Taking one allocates, so a thread
//! interrupted inside the C library, perhaps with the allocator's lock, is let go and asked again.
//! One that stays there (it waits in the kernel, or copies memory) is asked when it is not in the
//! allocator, and in the end all the same.

use std::backtrace::Backtrace;
use std::ffi::c_void;
use std::iter::repeat_n;
use std::ops::Range;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use super::{HOST_THREAD, Monitor, bypass};
use crate::thread_info::ThreadInfo;

/// Ignored unless there is a handler, so one that comes late or from elsewhere does no harm.
const SIGNAL: libc::c_int = libc::SIGURG;

/// Twenty signals of each kind: three seconds, after which the thread is given up.
const SIGNALS_OF_A_KIND: usize = 20;
const BETWEEN: Duration = Duration::from_millis(50);

static ASKED: AtomicU8 = AtomicU8::new(NOTHING);
const NOTHING: u8 = 0;
/// To answer outside the C library.
const POLITELY: u8 = 1;
/// To answer outside the allocator.
const FIRMLY: u8 = 2;
/// To answer wherever it is.
const REGARDLESS: u8 = 3;

static ANSWERED: AtomicBool = AtomicBool::new(false);
/// From an `Arc`, or null.
static RECORD: AtomicPtr<ThreadInfo> = AtomicPtr::new(ptr::null_mut());
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
pub(super) fn probe(world: &Monitor) -> (Option<Arc<ThreadInfo>>, Option<Backtrace>) {
    let kinds = [POLITELY, FIRMLY, REGARDLESS];
    let signals = kinds.into_iter().flat_map(|how| repeat_n(how, SIGNALS_OF_A_KIND));
    for how in signals {
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
    let info = RECORD.swap(ptr::null_mut(), Ordering::AcqRel);
    let backtrace = BACKTRACE.swap(ptr::null_mut(), Ordering::AcqRel);
    // SAFETY: if not null, the handler has left a count of the `ThreadInfo`'s `Arc`, and a `Box`.
    unsafe {
        (
            (!info.is_null()).then(|| Arc::from_raw(info.cast_const())),
            (!backtrace.is_null()).then(|| *Box::from_raw(backtrace)),
        )
    }
}

extern "C" fn handle(_: libc::c_int, _: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel hands a handler with SA_SIGINFO this context.
    let machine = unsafe { &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext };
    let is_bad_moment = match ASKED.load(Ordering::Acquire) {
        NOTHING => true,
        POLITELY => in_c_library(machine),
        FIRMLY => in_allocator(machine),
        _ => false,
    };
    if is_bad_moment {
        return;
    }
    if ANSWERED.swap(true, Ordering::AcqRel) {
        return;
    }
    // SAFETY: always valid on the calling thread.
    let errno = unsafe { *libc::__errno_location() };
    let info = HOST_THREAD.with(|host| host.info.get());
    if !info.is_null() {
        // SAFETY: from an `Arc` that lives while its thread runs, which is here.
        unsafe { Arc::increment_strong_count(info) };
        RECORD.store(info.cast_mut(), Ordering::Release);
    }
    let backtrace = bypass(|| within_instruction(machine, Backtrace::force_capture));
    let backtrace = Box::new(backtrace);
    BACKTRACE.store(Box::into_raw(backtrace), Ordering::Release);
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = errno };
}

/// Was the thread interrupted there?
fn in_c_library(machine: &mut libc::mcontext_t) -> bool {
    let at = instruction(machine).map(|at| *at as usize);
    C_LIBRARY.get().is_some_and(|library| at.is_some_and(|at| library.contains(&at)))
}

/// Was the thread interrupted in the allocator, or in a system call that the allocator makes? The
/// allocator's own functions lie around `malloc`: in glibc from 10 KiB before it to 7 KiB after it.
fn in_allocator(machine: &mut libc::mcontext_t) -> bool {
    const AROUND_MALLOC: usize = 16 * 1024;
    const OF_A_CALL: usize = 128;
    let Some(at) = instruction(machine).map(|at| *at as usize) else { return false };
    let malloc = libc::malloc as *const () as usize;
    let calls = [
        libc::mmap as *const () as usize,
        libc::munmap as *const () as usize,
        libc::mremap as *const () as usize,
        libc::mprotect as *const () as usize,
        libc::madvise as *const () as usize,
        libc::brk as *const () as usize,
    ];
    at.abs_diff(malloc) < AROUND_MALLOC
        || calls.into_iter().any(|call| (call..call + OF_A_CALL).contains(&at))
}

/// Takes a backtrace as if the thread stood within the instruction it was interrupted before.
///
/// The line of a frame is looked up a byte before where it stands, which is right for a frame that
/// has made a call. At the head of a loop it would find the line before the loop.
fn within_instruction<T>(machine: &mut libc::mcontext_t, backtrace: impl FnOnce() -> T) -> T {
    /// Instructions of x86-64 of one byte, that move the stack: within them there is nowhere to
    /// stand.
    const PUSHES_AND_POPS: std::ops::RangeInclusive<u8> = 0x50..=0x5f;
    const RETURN: u8 = 0xc3;
    const LEAVE: u8 = 0xc9;
    let at = instruction(machine).filter(|at| {
        // SAFETY: code that is being run can be read.
        let code = unsafe { *(**at as *const u8) };
        !PUSHES_AND_POPS.contains(&code) && code != RETURN && code != LEAVE
    });
    let Some(at) = at.map(ptr::from_mut) else { return backtrace() };
    // SAFETY: the context lives as long as the handler. The unwinder reads it, and is done when the
    // backtrace is; then the thread must go on where it was.
    unsafe { at.write_volatile(*at + 1) };
    let result = backtrace();
    // SAFETY: as above.
    unsafe { at.write_volatile(*at - 1) };
    result
}

/// Where the thread was interrupted.
#[cfg(target_arch = "x86_64")]
fn instruction(machine: &mut libc::mcontext_t) -> Option<&mut i64> {
    Some(&mut machine.gregs[libc::REG_RIP as usize])
}

#[cfg(target_arch = "aarch64")]
fn instruction(machine: &mut libc::mcontext_t) -> Option<&mut u64> {
    Some(&mut machine.pc)
}

/// Not known elsewhere; lines may be off by one there, and a thread in the allocator not be spared.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn instruction(_: &mut libc::mcontext_t) -> Option<&mut u64> {
    None
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
