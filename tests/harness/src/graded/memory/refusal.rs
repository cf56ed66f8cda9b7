//! What happens when the system refuses an allocation.
//!
//! Std would print the size and abort, with nothing said of what is in use; and with
//! `RUST_BACKTRACE` it would look up source lines, which takes more memory. So the test binaries
//! have an allocator that is the system's, but on a refusal writes one line, releases the reserve
//! and asks again. The thread can then go on until the watching thread has ended the test. An
//! allocation that the reserve cannot serve either ends in std's abort, after that line.

use super::Usage;
use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt;
use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// The cap of this process in MiB, for the message.
static CAP: AtomicU64 = AtomicU64::new(0);

/// Has a thread taken it on itself to describe the first refusal?
static CLAIMED: AtomicBool = AtomicBool::new(false);

/// What was first refused: what was in use then, and, written last, the size in bytes. 0 while
/// nothing was.
static ASKED: AtomicU64 = AtomicU64::new(0);
static MEBIBYTES: AtomicU64 = AtomicU64::new(0);
static THREADS: AtomicU64 = AtomicU64::new(0);

static ABORTS: AtomicBool = AtomicBool::new(false);

pub(super) fn set_cap(mebibytes: u64) {
    CAP.store(mebibytes, Ordering::Relaxed);
}

/// The first refusal, if there was any.
pub(super) fn first() -> Option<Refusal> {
    let asked = ASKED.load(Ordering::Acquire);
    (asked != 0).then(|| Refusal::of(asked))
}

/// Was an allocation refused that the reserve could not serve? Then std aborts the process.
pub(super) fn aborts() -> bool {
    ABORTS.load(Ordering::Relaxed)
}

/// A refused allocation.
pub(super) struct Refusal {
    asked: u64,
    mebibytes: u64,
    threads: u64,
    cap: u64,
}

impl Refusal {
    fn of(asked: u64) -> Refusal {
        Refusal {
            asked,
            mebibytes: MEBIBYTES.load(Ordering::Relaxed),
            threads: THREADS.load(Ordering::Relaxed),
            cap: CAP.load(Ordering::Relaxed),
        }
    }
}

/// `lab` knows this line by its beginning.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refusal { asked, mebibytes, threads, cap } = self;
        write!(
            f,
            "memory allocation of {asked} bytes refused: {mebibytes} MiB in use (cap {cap} MiB), \
             {threads} threads"
        )
    }
}

/// The system's allocator, with a second attempt.
struct Allocator;

// SAFETY: every call is passed on to the system's allocator as it came, once or twice; the second
// time only if the first returned null, and so changed nothing.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        twice(layout.size(), || unsafe { System.alloc(layout) })
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        twice(layout.size(), || unsafe { System.alloc_zeroed(layout) })
    }

    #[inline]
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as the caller promises.
        twice(size, || unsafe { System.realloc(pointer, layout, size) })
    }

    #[inline]
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[inline]
fn twice(size: usize, allocate: impl Fn() -> *mut u8) -> *mut u8 {
    let pointer = allocate();
    if pointer.is_null() { again(size as u64, allocate) } else { pointer }
}

/// After a refusal. Allocates nothing but what is asked, and takes no lock.
#[cold]
fn again(size: u64, allocate: impl Fn() -> *mut u8) -> *mut u8 {
    labrt::world::release_reserve();
    // Outside of graded tests std's own words will do.
    let first = CAP.load(Ordering::Relaxed) != 0 && !CLAIMED.swap(true, Ordering::Relaxed);
    if first {
        describe(size);
    }
    let pointer = allocate();
    if pointer.is_null() {
        ABORTS.store(true, Ordering::Relaxed);
    }
    if first {
        ASKED.store(size, Ordering::Release);
    }
    pointer
}

/// Notes what is in use, and writes a line of it.
fn describe(asked: u64) {
    if let Some(Usage { mebibytes, threads }) = Usage::now() {
        MEBIBYTES.store(mebibytes, Ordering::Relaxed);
        THREADS.store(threads, Ordering::Relaxed);
    }
    write_line(&Refusal::of(asked));
}

/// To stderr, past std's lock on it: its holder may be the thread that was refused memory.
fn write_line(refusal: &Refusal) {
    let mut line = [0; 256];
    let mut rest = &mut line[..];
    // What does not fit is cut off.
    let _ = writeln!(rest, "{refusal}");
    let left = rest.len();
    let length = line.len() - left;
    write_to_stderr(&line[..length]);
}

#[cfg(unix)]
fn write_to_stderr(line: &[u8]) {
    use std::fs::File;
    use std::mem::ManuallyDrop;
    use std::os::fd::FromRawFd;
    // SAFETY: stderr is open as long as the process, and is not closed here.
    let mut stderr = ManuallyDrop::new(unsafe { File::from_raw_fd(2) });
    let _ = stderr.write_all(line);
}

#[cfg(not(unix))]
fn write_to_stderr(line: &[u8]) {
    let _ = std::io::stderr().write_all(line);
}
