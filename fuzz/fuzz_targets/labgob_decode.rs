//! Fuzzes labgob's decoder: whatever the bytes, it returns a value or an error, allocates no more
//! than a small multiple of the input, and a decoded value survives encoding again.
//!
//! The first byte of the input chooses the type, the rest is the encoded value. The fingerprint of
//! the type is put before it, or else nearly every input would be refused at once.
#![no_main]

mod allocation;

use std::collections::{BTreeMap, HashMap, VecDeque};

use bytes::Bytes;
use labgob::{Decoder, decode, encode};
use libfuzzer_sys::fuzz_target;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// How many bytes decoding may allocate for each byte of input: a small element takes one byte of
/// input and at most this much memory, in a hash map with free slots.
const BYTES_PER_BYTE: usize = 96;

/// How many bytes decoding may allocate for any input: an error's message, a tree's first node.
const BYTES_AT_LEAST: usize = 4096;

/// The length of the fingerprint before each value.
const FINGERPRINT: usize = 4;

#[derive(Default, Serialize, Deserialize)]
struct Everything {
    small: u8,
    signed: i64,
    wide: u128,
    fraction: f64,
    letter: char,
    text: String,
    maybe: Option<Option<i32>>,
    marker: Marker,
    entries: Vec<Entry>,
    table: BTreeMap<String, Vec<u32>>,
    shape: Shape,
}

#[derive(Default, Serialize, Deserialize)]
struct Marker;

#[derive(Default, Serialize, Deserialize)]
struct Entry {
    term: u64,
    command: Bytes,
}

#[derive(Default, Serialize, Deserialize)]
enum Shape {
    #[default]
    Empty,
    Number(u64),
    Pair(i32, bool),
    Named {
        on: bool,
        list: Vec<Option<u16>>,
    },
    Nested(Vec<Shape>),
}

fuzz_target!(|input: &[u8]| {
    let Some((&choice, value)) = input.split_first() else { return };
    match choice % 9 {
        0 => round_trip::<Everything>(value),
        1 => round_trip::<Shape>(value),
        2 => round_trip::<Vec<Entry>>(value),
        3 => round_trip::<(u8, [u16; 4], Option<String>, i128, char, bool)>(value),
        4 => round_trip::<Vec<VecDeque<Vec<u64>>>>(value),
        5 => decoded::<HashMap<u16, Vec<u8>>>(&claimed::<HashMap<u16, Vec<u8>>>(value)).map(drop),
        // Elements that take no bytes: the encoder may refuse what a wasteful input can express.
        6 => decoded::<Vec<Vec<()>>>(&claimed::<Vec<Vec<()>>>(value)).map(drop),
        7 => several(value),
        // Bytes as they are, without a fingerprint.
        _ => decoded::<Everything>(value).map(drop),
    };
});

/// The value's bytes, with the fingerprint of `T` before them.
fn claimed<T: Default + Serialize>(value: &[u8]) -> Vec<u8> {
    [&encode(&T::default())[..FINGERPRINT], value].concat()
}

/// Decodes the bytes, and checks how much that allocates and where an error says it stopped.
fn decoded<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let (result, allocated) = allocation::during(|| decode::<T>(bytes));
    let limit = BYTES_PER_BYTE * bytes.len() + BYTES_AT_LEAST;
    assert!(allocated <= limit, "{} bytes allocate {allocated} (limit {limit})", bytes.len());
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            assert!(error.position <= bytes.len(), "{error}");
            None
        }
    }
}

/// Decodes a value of type `T`; what is decoded is the same after encoding and decoding again.
fn round_trip<T: Default + Serialize + DeserializeOwned>(value: &[u8]) -> Option<()> {
    let value: T = decoded(&claimed::<T>(value))?;
    let bytes = encode(&value);
    let again: T = decode(&bytes).expect("what was encoded can be decoded");
    assert_eq!(encode(&again), bytes);
    Some(())
}

/// Decodes several values in a row, as a server's persistent state.
fn several(value: &[u8]) -> Option<()> {
    let mut bytes = claimed::<u64>(value);
    bytes.extend(claimed::<Option<u64>>(value));
    let mut decoder = Decoder::new(&bytes);
    while !decoder.is_empty() {
        let before = decoder.position();
        let is_decoded = decoder.decode::<u64>().is_ok() || decoder.decode::<Option<u64>>().is_ok();
        if !is_decoded {
            assert_eq!(decoder.position(), before, "an error moves the decoder");
            return None;
        }
        assert!(decoder.position() > before);
    }
    decoder.finish().ok()
}
