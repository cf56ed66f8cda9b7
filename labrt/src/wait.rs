//! What each blocked thread waits for: kept while it is blocked, and printed when a test hangs.
//!
//! Only an operation that really has to block pays for this. Everything that can block calls
//! [`waiting`]. A thread that is about to wait for a lock first looks for a deadlock: whether the
//! lock's holder waits for a lock as well, and so on in a cycle back to this thread.

use std::any::type_name;
use std::fmt::{self, Write};
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering, fence};
use std::time::Duration;

use crate::thread_info::{ThreadInfo, ThreadNumber};
use crate::time::Instant;
use crate::world::FailureKind;

mod report;

pub(crate) use report::{largest_group, report, report_stuck};

/// A source line, from `#[track_caller]`.
pub(crate) type Site = &'static Location<'static>;

/// What a thread waits for.
pub(crate) enum WaitKind {
    Lock(Lock),
    Condvar,
    Receive { made: Site },
    Send { made: Site },
    Select { channels: usize },
    Sleep,
    Permit,
    End { of: Arc<ThreadInfo> },
    Scope,
}

/// The lock that a thread waits for.
pub(crate) struct Lock {
    /// `Mutex`, or `RwLock`.
    kind: &'static str,
    /// The type of the data behind it.
    data: &'static str,
    /// Who holds it exclusively.
    owner: *const Owner,
    /// Who was the last to share it, where it can be shared.
    reader: *const Owner,
}

// SAFETY: the pointers are followed only in `Lock::look`, which says why they are valid.
unsafe impl Send for Lock {}

impl Lock {
    pub(crate) fn mutex<T: ?Sized>(owner: &Owner) -> Lock {
        Lock { kind: "Mutex", data: type_name::<T>(), owner, reader: std::ptr::null() }
    }

    pub(crate) fn rwlock<T: ?Sized>(writer: &Owner, reader: &Owner) -> Lock {
        Lock { kind: "RwLock", data: type_name::<T>(), owner: writer, reader }
    }

    fn owner(&self) -> Option<(ThreadNumber, Option<Site>)> {
        Lock::look(self.owner)
    }

    fn reader(&self) -> Option<(ThreadNumber, Option<Site>)> {
        Lock::look(self.reader)
    }

    fn look(owner: *const Owner) -> Option<(ThreadNumber, Option<Site>)> {
        // SAFETY: null, or part of a lock. A `Lock` lies in a `WaitSlot` only while its thread
        // borrows the lock in `waiting`, and is looked at only under that slot's mutex, which the
        // thread must take to end its wait. So the lock, and the owner within it, are still there.
        unsafe { owner.as_ref() }?.get()
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "waits for the {}<{}>", self.kind, self.data)?;
        let (took, holder) = match self.owner() {
            Some(writer) => ("took", Some(writer)),
            None => ("was the last to share", self.reader()),
        };
        let Some((number, site)) = holder else { return Ok(()) };
        match ThreadInfo::find(number) {
            Some(holder) => write!(f, " that {holder} {took}")?,
            None => write!(f, " that a thread {took} which has ended")?,
        }
        site.map_or(Ok(()), |site| write!(f, " at {}", file_line(site)))
    }
}

/// Who holds a lock exclusively, and since which line.
pub(crate) struct Owner {
    // Relaxed throughout: these guard nothing, they are read for reports. See `ring` for why a
    // report of a deadlock is right all the same.
    thread: AtomicU64,
    site: AtomicPtr<Location<'static>>,
}

impl Owner {
    pub(crate) const fn none() -> Owner {
        Owner { thread: AtomicU64::new(0), site: AtomicPtr::new(std::ptr::null_mut()) }
    }

    #[inline]
    pub(crate) fn set(&self, site: Site) {
        self.site.store(std::ptr::from_ref(site).cast_mut(), Ordering::Relaxed);
        self.thread.store(ThreadInfo::current_number(), Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn clear(&self) {
        self.thread.store(0, Ordering::Relaxed);
    }

    fn get(&self) -> Option<(ThreadNumber, Option<Site>)> {
        let thread = self.thread.load(Ordering::Relaxed);
        let site = self.site.load(Ordering::Relaxed);
        // SAFETY: null, or made from a `&'static Location` in `set`.
        let site = unsafe { site.as_ref() };
        (thread != 0).then_some((thread, site))
    }
}

/// One wait of one thread.
pub(crate) struct Wait {
    what: WaitKind,
    since: Instant,
    /// For a wait that ends by itself.
    limit: Option<Duration>,
    site: Site,
}

/// A thread's present wait, and how many it has had: two looks that see the same number see the
/// same wait.
#[derive(Default)]
pub(crate) struct WaitSlot {
    number: u64,
    wait: Option<Wait>,
}

/// Runs `block`, which blocks, with the wait noted in the thread's slot.
pub(crate) fn waiting<T>(
    what: WaitKind,
    limit: Option<Duration>,
    site: Site,
    block: impl FnOnce() -> T,
) -> T {
    let info = ThreadInfo::current();
    let for_lock = matches!(what, WaitKind::Lock(_));
    {
        let mut slot = info.waits.lock();
        slot.number += 1;
        slot.wait = Some(Wait { what, since: info.now(), limit, site });
    }
    // In any case, and before what it waits for goes: a simulated thread may unwind out of a wait.
    let _over = WaitGuard(&info);
    if for_lock {
        refuse_deadlock(&info);
    }
    block()
}

/// Ends a wait.
struct WaitGuard<'a>(&'a ThreadInfo);

impl Drop for WaitGuard<'_> {
    fn drop(&mut self) {
        self.0.waits.lock().wait = None;
    }
}

/// Ends the test if the thread's wait has closed a ring of locks. Outside a world, panics.
#[cold]
fn refuse_deadlock(info: &Arc<ThreadInfo>) {
    // Of several threads that close a ring together, the last to get here sees them all waiting.
    fence(Ordering::SeqCst);
    let Some(ring) = ring(info) else { return };
    let message = describe_ring(&ring);
    match &info.world {
        Some(world) => world.fail_here(FailureKind::Deadlock, message, None),
        None => panic!("{message}"),
    }
}

/// The ring of threads, each waiting for a lock that the next one holds, that begins and ends
/// with `start`; none if there is no such ring.
///
/// The ring is walked twice. The first walk may see a state that never was, as threads move
/// while it looks; if the second sees the same waits again, each of these threads has stood
/// still in between, so what it held on the second look it held all the time.
fn ring(start: &Arc<ThreadInfo>) -> Option<Vec<Arc<ThreadInfo>>> {
    let (threads, waits) = walk(start)?;
    let again = walk(start)?;
    let same = |(a, b): (&Arc<ThreadInfo>, &Arc<ThreadInfo>)| Arc::ptr_eq(a, b);
    let unmoved = waits == again.1 && threads.iter().zip(&again.0).all(same);
    unmoved.then_some(threads)
}

fn walk(start: &Arc<ThreadInfo>) -> Option<(Vec<Arc<ThreadInfo>>, Vec<u64>)> {
    let mut threads = vec![start.clone()];
    let mut waits = Vec::new();
    loop {
        let (holder, wait) = awaited_holder(threads.last()?)?;
        waits.push(wait);
        if holder == start.number {
            return Some((threads, waits));
        }
        // A ring that does not come back to `start` is found by the thread that closed it.
        if threads.iter().any(|thread| thread.number == holder) {
            return None;
        }
        threads.push(ThreadInfo::find(holder)?);
    }
}

/// The thread that holds the lock that `info` waits for, and the number of that wait.
fn awaited_holder(info: &ThreadInfo) -> Option<(ThreadNumber, u64)> {
    let slot = info.waits.lock();
    match &slot.wait.as_ref()?.what {
        WaitKind::Lock(lock) => Some((lock.owner()?.0, slot.number)),
        _ => None,
    }
}

fn describe_ring(ring: &[Arc<ThreadInfo>]) -> String {
    let mut text = match ring {
        [one] => format!("deadlock: {one} locks what it already holds"),
        _ => format!("deadlock: {} threads wait for each other's locks", ring.len()),
    };
    for info in ring {
        if let Some(wait) = &info.waits.lock().wait {
            write!(text, "\n  {info} {wait}").expect("writing to a string");
        }
    }
    text
}

/// `file:line`, as an editor takes it.
pub(crate) fn file_line(site: &Location<'_>) -> String {
    format!("{}:{}", site.file(), site.line())
}

impl WaitKind {
    /// What threads do that wait like this, apart from for which lock or channel.
    fn in_short(&self) -> &'static str {
        match self {
            WaitKind::Lock(_) => "wait for a lock",
            WaitKind::Condvar => "wait for a condvar",
            WaitKind::Receive { .. } => "receive from a channel",
            WaitKind::Send { .. } => "send to a channel",
            WaitKind::Select { .. } => "select among channels",
            WaitKind::Sleep => "sleep",
            WaitKind::Permit => "are parked",
            WaitKind::End { .. } => "wait for a thread to end",
            WaitKind::Scope => "wait for the threads of a scope to end",
        }
    }
}

impl fmt::Display for WaitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WaitKind::Lock(lock) => write!(f, "{lock}"),
            WaitKind::Condvar => f.write_str("waits for a condvar"),
            WaitKind::Receive { made } => {
                write!(f, "receives from the channel of {}", file_line(made))
            }
            WaitKind::Send { made } => write!(f, "sends to the channel of {}", file_line(made)),
            WaitKind::Select { channels } => write!(f, "selects among {channels} channels"),
            WaitKind::Sleep => f.write_str("sleeps"),
            WaitKind::Permit => f.write_str("is parked"),
            WaitKind::End { of } => write!(f, "waits for {of} to end"),
            WaitKind::Scope => f.write_str("waits for the threads of a scope to end"),
        }
    }
}

/// What the wait is for, and where; not for how long.
impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)?;
        if let Some(limit) = self.limit {
            write!(f, " up to {:.3} s", limit.as_secs_f64())?;
        }
        write!(f, ", in {}", file_line(self.site))
    }
}
