//! Randomness from the world's seed. Mirrors the free functions of `rand`.
//!
//! Every thread draws from a generator of its own (ChaCha with 8 rounds, as published by its
//! author: the same numbers on every machine), seeded by the world's seed and the thread's place
//! in the tree of spawns, so one thread's draws never reshuffle another's. Outside a world the
//! seed comes from the OS.

use std::ops::RangeBounds;

pub use rand::distr;
use rand::distr::uniform::{SampleRange, SampleUniform};
use rand::distr::{Distribution, StandardUniform};
use rand::rngs::ChaCha8Rng;
pub use rand::seq;
pub use rand::{Rng, RngExt, SeedableRng};

pub use crate::seed::{entropy, mix};
use crate::thread_info::ThreadInfo;

/// A handle on the calling thread's generator, for whatever takes a [`Rng`].
#[derive(Debug, Clone, Copy)]
pub struct ThreadRng {
    // Not Send: it stands for the generator of the thread that made it.
    thread: std::marker::PhantomData<*const ()>,
}

/// The calling thread's generator.
#[must_use]
pub fn rng() -> ThreadRng {
    ThreadRng { thread: std::marker::PhantomData }
}

/// A random value of a type that has a standard distribution (all values of an integer, for one).
#[must_use]
pub fn random<T>() -> T
where
    StandardUniform: Distribution<T>,
{
    rng().random()
}

/// A random value from a range.
///
/// # Panics
/// If the range is empty.
#[must_use]
pub fn random_range<T, R>(range: R) -> T
where
    T: SampleUniform,
    R: SampleRange<T> + RangeBounds<T>,
{
    rng().random_range(range)
}

/// True with probability `probability`.
///
/// # Panics
/// If `probability` does not lie in 0 to 1.
#[must_use]
pub fn random_bool(probability: f64) -> bool {
    rng().random_bool(probability)
}

/// A generator of its own for draws that no other thread reshuffles: the simulated
/// network's dice, for one.
#[must_use]
pub fn seeded(seed: u64) -> impl Rng + Send {
    ChaCha8Rng::seed_from_u64(seed)
}

fn with_generator<T>(draw: impl FnOnce(&mut ChaCha8Rng) -> T) -> T {
    let info = ThreadInfo::current();
    let mut generator = info.generator.lock();
    draw(generator.get_or_insert_with(|| Box::new(ChaCha8Rng::seed_from_u64(info.seed))))
}

impl rand::TryRng for ThreadRng {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(with_generator(|generator| generator.next_u32()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(with_generator(|generator| generator.next_u64()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        with_generator(|generator| generator.fill_bytes(bytes));
        Ok(())
    }
}
