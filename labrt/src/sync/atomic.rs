//! Atomics, as in `std::sync::atomic`. Under simulation every operation is a scheduling point.
//!
//! One thread runs at a time there, so all orderings are as strong as `SeqCst`: what a weaker one
//! would allow shows on the OS only.

use std::fmt;
use std::panic::Location;
pub use std::sync::atomic::{Ordering, fence};

use crate::runtime::current_sim;
use crate::sim::engine::Key;
use crate::sim::trace::Op;

/// Before every operation. An atomic belongs to no world, because threads do not wait for it.
#[inline(always)]
#[track_caller]
fn scheduling_point<T>(op: Op, atomic: &T) {
    if let Some(sim) = current_sim() {
        sim.atomic_point(op, Key::of(atomic), Location::caller());
    }
}

macro_rules! atomic {
    ($name:ident, $value:ty, $($arithmetic:ident),*) => {
        #[doc = concat!("As `std::sync::atomic::", stringify!($name), "`.")]
        #[derive(Default)]
        pub struct $name(std::sync::atomic::$name);

        impl $name {
            /// An atomic with this value.
            #[must_use]
            pub const fn new(value: $value) -> $name {
                $name(std::sync::atomic::$name::new(value))
            }

            /// The value: a `&mut` atomic is not shared.
            pub fn get_mut(&mut self) -> &mut $value {
                self.0.get_mut()
            }

            /// The value.
            #[must_use]
            pub fn into_inner(self) -> $value {
                self.0.into_inner()
            }

            /// The value at this moment.
            #[inline]
            #[must_use]
            #[track_caller]
            pub fn load(&self, order: Ordering) -> $value {
                scheduling_point(Op::Load, self);
                self.0.load(order)
            }

            /// Sets the value.
            #[inline]
            #[track_caller]
            pub fn store(&self, value: $value, order: Ordering) {
                scheduling_point(Op::Atomic, self);
                self.0.store(value, order);
            }

            atomic!(@change $value, swap, $($arithmetic),*);

            /// Sets the value if it is `current`. Either way returns what it was.
            ///
            /// # Errors
            /// What the value was, if it was another.
            #[inline]
            #[track_caller]
            pub fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                scheduling_point(Op::Atomic, self);
                self.0.compare_exchange(current, new, success, failure)
            }

            /// As [`compare_exchange`](Self::compare_exchange), but may fail without reason.
            ///
            /// # Errors
            /// What the value was.
            #[inline]
            #[track_caller]
            pub fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                scheduling_point(Op::Atomic, self);
                // The strong one under simulation, so that the same seed does the same everywhere.
                match current_sim() {
                    Some(_) => self.0.compare_exchange(current, new, success, failure),
                    None => self.0.compare_exchange_weak(current, new, success, failure),
                }
            }

            /// Changes the value as `change` says, again if another thread changed it meanwhile.
            /// Returns what it was before.
            ///
            /// # Errors
            /// What the value was, if `change` gave nothing.
            #[inline]
            #[track_caller]
            pub fn fetch_update(
                &self,
                set: Ordering,
                fetch: Ordering,
                change: impl FnMut($value) -> Option<$value>,
            ) -> Result<$value, $value> {
                scheduling_point(Op::Atomic, self);
                self.0.fetch_update(set, fetch, change)
            }
        }

        impl From<$value> for $name {
            fn from(value: $value) -> $name {
                $name::new(value)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
    (@change $value:ty, $($change:ident),*) => {$(
        #[doc = concat!("As in std: `", stringify!($change), "`. Returns the value before.")]
        #[inline]
        #[track_caller]
        pub fn $change(&self, value: $value, order: Ordering) -> $value {
            scheduling_point(Op::Atomic, self);
            self.0.$change(value, order)
        }
    )*};
}

macro_rules! integer {
    ($($name:ident: $value:ty),*) => {$(
        atomic!(
            $name, $value, fetch_add, fetch_sub, fetch_and, fetch_nand, fetch_or, fetch_xor,
            fetch_max, fetch_min
        );
    )*};
}

atomic!(AtomicBool, bool, fetch_and, fetch_nand, fetch_or, fetch_xor);
integer!(
    AtomicI8: i8, AtomicI16: i16, AtomicI32: i32, AtomicI64: i64, AtomicIsize: isize,
    AtomicU8: u8, AtomicU16: u16, AtomicU32: u32, AtomicU64: u64, AtomicUsize: usize
);
