//! Encodes values as bytes and decodes them again (serialization), for the network and the disk.
//!
//! Named after the course's labgob. Every RPC is encoded on one side and decoded on the other, so
//! no reference crosses from server to server and bytes can be counted; a server's persistent
//! state and its snapshots are byte strings made the same way.
//!
//! ```
//! let bytes = labgob::encode(&(7_u64, String::from("x")));
//! assert_eq!(labgob::decode::<(u64, String)>(&bytes), Ok((7, String::from("x"))));
//! ```
//!
//! Several values in a row, as for persistent state:
//!
//! ```
//! let mut encoder = labgob::Encoder::new();
//! encoder.encode(&3_u64); // the term
//! encoder.encode(&Some(1_usize)); // the vote
//! let state = encoder.into_bytes();
//!
//! let mut decoder = labgob::Decoder::new(&state);
//! assert_eq!(decoder.decode::<u64>(), Ok(3));
//! assert_eq!(decoder.decode::<Option<usize>>(), Ok(Some(1)));
//! decoder.finish()?;
//! # Ok::<(), labgob::DecodeError>(())
//! ```
//!
//! Any type that derives serde's `Serialize` and `Deserialize` will do. The rules:
//!
//! - **Encode the type you will decode.** Each value is led by a four-byte fingerprint of its
//!   type's name, so that reading one type as another is an error and not garbage. That holds for
//!   similar types too: what was encoded as `str`, `[u8]` or `u32` does not decode as `String`,
//!   `Vec<u8>` or `u64`. Only a reference makes no difference: `&T` is encoded as `T`.
//! - **The same program decodes.** A type's name is the one in this build, so the bytes are not a
//!   file format for later versions.
//! - **Decoding is total.** Whatever the bytes, the answer is a value or a [`DecodeError`] that
//!   says what was expected and where it stopped: no panic, no endless loop, no memory out of
//!   proportion (how: `input.rs`).
//! - **What `encode` accepts, `decode` returns.** A value that could not be decoded again is a
//!   programming error, and [`encode`] panics with the reason: a sequence of unknown length
//!   (`#[serde(flatten)]`), a field that is sometimes left out (`skip_serializing_if`), nesting
//!   beyond [`MAX_DEPTH`], a collection of very many elements that take no bytes, such as `()`. One
//!   case fails only in decoding: a type that must inspect the input to know what it contains
//!   (`#[serde(untagged)]`, `#[serde(tag)]`) always gets [`Problem::NotSelfDescribing`].
//! - **Use `bytes::Bytes` for long byte strings.** serde encodes a `Vec<u8>` byte by byte, some
//!   nanoseconds each; `Bytes` is copied at once.
//!
//! The format is the fingerprint, then bincode 2's standard encoding: integers of variable length,
//! collections and strings preceded by their length, structs without field names.

mod codec;
mod decoder;
mod deserializer;
mod encoder;
mod error;
mod fingerprint;
mod input;
mod serializer;

pub use decoder::Decoder;
pub use encoder::Encoder;
pub use error::{DecodeError, Problem};

use serde::{Serialize, de::DeserializeOwned};

/// How many levels deep a value may nest: each struct, tuple, `Some`, enum payload or collection
/// is a level. Recursion costs stack, and a thread's stack is small: in an unoptimised build this
/// many levels take 100 to 200 KiB. Types that are not recursive seldom have more than ten.
pub const MAX_DEPTH: usize = 128;

/// Encodes one value. [`decode`] reads it back.
///
/// # Panics
///
/// If the value could not be decoded again (see the rules at the crate's root).
#[track_caller]
pub fn encode<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut encoder = Encoder::for_value(value);
    encoder.encode(value);
    encoder.into_bytes()
}

/// Decodes the one value that `bytes` hold. Bytes left over are an error.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    let mut decoder = Decoder::new(bytes);
    let value = decoder.decode()?;
    decoder.finish_after(std::any::type_name::<T>())?;
    Ok(value)
}
