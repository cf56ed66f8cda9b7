//! Counts what a thread allocates.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// By thread, because tests run side by side. Never dropped, so it counts to the thread's end.
    static ALLOCATED: Cell<usize> = const { Cell::new(0) };
}

/// How many bytes `operation` asks for in all, whether it gives them back or not.
pub fn during<T>(operation: impl FnOnce() -> T) -> (T, usize) {
    let before = ALLOCATED.get();
    let result = operation();
    (result, ALLOCATED.get() - before)
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller keeps the contract, which is the system's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

fn count(size: usize) {
    ALLOCATED.set(ALLOCATED.get() + size);
}

#[test]
fn what_is_allocated_is_counted() {
    let (_, nothing) = during(|| 7);
    let (_, hundred) = during(|| Vec::<u8>::with_capacity(100));
    assert_eq!((nothing, hundred), (0, 100));
}
