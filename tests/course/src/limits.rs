//! The limits of a test, unless the user sets others.

use std::num::NonZeroU32;

/// The course's limit for one test, in seconds.
pub const TIME_LIMIT_SECONDS: NonZeroU32 = NonZeroU32::new(120).unwrap();

/// What a test may use of memory, in MiB: several times what the hungriest needs, and no more than
/// a student's machine can spare for a few at a time.
pub const MEMORY_MIB: NonZeroU32 = NonZeroU32::new(1024).unwrap();
