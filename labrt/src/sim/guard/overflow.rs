//! A signal handler that names the thread whose stack is used up, on any Unix.
//!
//! Touching the guard page below a stack is a plain signal. Std's handler knows the stacks of OS
//! threads, but not the names that the lab gives them; of coroutines' stacks it knows nothing, and
//! the process would die without a message. This handler comes before std's, and passes on every
//! signal that is not an overflow of the lab's.

use std::ffi::c_void;
use std::process;
use std::ptr;
use std::sync::{Once, OnceLock};

use super::last_words::say;
use super::{HOST_THREAD, HostThread};
use crate::limits::stack_size;
use crate::thread_info::ThreadInfo;

const SIGNALS: [libc::c_int; 2] = [libc::SIGSEGV, libc::SIGBUS];

/// What handled these signals before.
static PREVIOUS: [OnceLock<libc::sigaction>; 2] = [OnceLock::new(), OnceLock::new()];

/// Comes after std's, which is installed before `main`.
pub(super) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(install_handlers);
}

fn install_handlers() {
    for (signal, previous) in SIGNALS.into_iter().zip(&PREVIOUS) {
        // SAFETY: zeroed actions are valid; the second is filled in. The handler keeps to what is
        // safe in a signal handler, on the alternate stack that every thread has by `install`.
        unsafe {
            let mut old: libc::sigaction = std::mem::zeroed();
            libc::sigaction(signal, ptr::null(), &mut old);
            previous.get_or_init(|| old);
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = handle as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
            libc::sigaction(signal, &action, ptr::null_mut());
        }
    }
}

extern "C" fn handle(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel hands a valid description of the fault.
    let address = unsafe { (*info).si_addr() } as usize;
    if HOST_THREAD.with(|host| tell_overflow(host, address)) {
        process::abort();
    }
    // SAFETY: as it was called.
    unsafe { pass_on(signal, info, context) };
}

/// Prints whose stack is used up, if the address lies in a guard page.
fn tell_overflow(host: &HostThread, address: usize) -> bool {
    let within = |(start, end): (usize, usize)| (start..end).contains(&address);
    let (coroutine, own) = (within(host.guard_page.get()), within(host.own_guard_page.get()));
    // SAFETY: neither is null when a simulated thread runs, and both live as long.
    let simulated = unsafe { (host.info.get().as_ref(), host.world.get().as_ref()) };
    match (simulated, ThreadInfo::running_here()) {
        ((Some(info), Some(world)), _) if coroutine || own => say(format_args!(
            "simulated thread {info} has overflowed its stack of {} KiB (seed {}): \
             does a function call itself without end?\n",
            world.stack_size / 1024,
            world.seed
        )),
        ((None, _), Some(info)) if own => say(format_args!(
            "thread {info} has overflowed its stack of {} KiB: does a function call itself \
             without end? (RUST_MIN_STACK=1048576 would make it 1024 KiB)\n",
            stack_size() / 1024,
        )),
        _ => return false,
    }
    true
}

unsafe fn pass_on(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    type Plain = extern "C" fn(libc::c_int);
    type Informed = extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut c_void);
    let index = SIGNALS.iter().position(|&other| other == signal);
    let previous = index.and_then(|index| PREVIOUS[index].get());
    match previous {
        Some(action) if action.sa_sigaction > libc::SIG_IGN => {
            // SAFETY: the address of a handler, of the kind that the flags say.
            unsafe {
                if action.sa_flags & libc::SA_SIGINFO != 0 {
                    let handler: Informed = std::mem::transmute(action.sa_sigaction);
                    handler(signal, info, context);
                } else {
                    let handler: Plain = std::mem::transmute(action.sa_sigaction);
                    handler(signal);
                }
            }
        }
        // The faulting instruction is run again, and the signal then ends the process.
        _ => {
            // SAFETY: a plain call.
            unsafe { libc::signal(signal, libc::SIG_DFL) };
        }
    }
}

/// The calling OS thread's own guard page. The C library's page lies below what it calls the
/// stack, or, in older versions, within; either is taken.
#[cfg(target_os = "linux")]
pub(super) fn own_guard_page() -> (usize, usize) {
    // SAFETY: the attributes are initialised by the first call, read, and destroyed.
    unsafe {
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &mut attributes) != 0 {
            return (0, 0);
        }
        let (mut stack, mut size, mut guard) = (ptr::null_mut(), 0, 0);
        libc::pthread_attr_getstack(&attributes, &mut stack, &mut size);
        libc::pthread_attr_getguardsize(&attributes, &mut guard);
        libc::pthread_attr_destroy(&mut attributes);
        (stack as usize - guard, stack as usize + guard)
    }
}

/// Elsewhere std's handler reports it.
#[cfg(not(target_os = "linux"))]
pub(super) fn own_guard_page() -> (usize, usize) {
    (0, 0)
}

/// A stack for handlers, where std has given the thread none.
pub(super) struct AlternateStack {
    ours: Option<*mut c_void>,
}

/// Ample: the kernel's part alone may take 4 KiB.
const ALTERNATE: usize = 64 * 1024;

impl AlternateStack {
    pub(super) fn install() -> AlternateStack {
        // SAFETY: zeroed is valid; the first call only asks. A mapping of so many bytes is made
        // before it is handed over, and lives until `drop`.
        unsafe {
            let mut stack: libc::stack_t = std::mem::zeroed();
            libc::sigaltstack(ptr::null(), &mut stack);
            if stack.ss_flags & libc::SS_DISABLE == 0 {
                return AlternateStack { ours: None };
            }
            let (access, kind) =
                (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANON);
            let bytes = libc::mmap(ptr::null_mut(), ALTERNATE, access, kind, -1, 0);
            assert!(bytes != libc::MAP_FAILED, "cannot map a stack for signal handlers");
            stack = libc::stack_t { ss_sp: bytes, ss_flags: 0, ss_size: ALTERNATE };
            libc::sigaltstack(&stack, ptr::null_mut());
            AlternateStack { ours: Some(bytes) }
        }
    }
}

impl Drop for AlternateStack {
    fn drop(&mut self) {
        let Some(bytes) = self.ours else { return };
        // SAFETY: the stack is not in use, for no handler runs, and no longer when it goes.
        unsafe {
            let none = libc::stack_t {
                ss_sp: ptr::null_mut(),
                ss_flags: libc::SS_DISABLE,
                ss_size: ALTERNATE,
            };
            libc::sigaltstack(&none, ptr::null_mut());
            libc::munmap(bytes, ALTERNATE);
        }
    }
}
