//! Any byte string decodes or is refused, and allocates no more than a small multiple of its
//! length.
#![expect(clippy::disallowed_types, reason = "others may send hash maps: what do they allocate?")]

use crate::allocation;
use crate::types::{Everything, Shape, bytes, everything, shape};
use bytes::Bytes;
use labgob::{decode, encode};
use proptest::prelude::*;
use proptest::sample::Index;
use serde::{Serialize, de::DeserializeOwned};
use std::collections::{BTreeMap, HashMap, LinkedList, VecDeque};

/// What decoding may allocate for each byte of input, all allocations added up. The multiple is
/// the target type's: what an element takes in memory, for the one byte it may take in the input.
/// Most here is the hash map's, whose elements are of 32 bytes and which keeps places free.
const BYTES_PER_BYTE: usize = 96;

/// For the message of an error and for the smallest node of a tree, whatever the input.
const BYTES_AT_LEAST: usize = 4096;

/// How bytes come to be wrong.
#[derive(Clone, Debug)]
enum Damage {
    Truncated(Index),
    BitsFlipped(Vec<(Index, u8)>),
    /// Some byte, perhaps a length, is replaced by a large number.
    BlownUp(Index, u64),
    Replaced(Vec<u8>),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        any::<Index>().prop_map(Damage::Truncated),
        prop::collection::vec((any::<Index>(), 0..8_u8), 1..4).prop_map(Damage::BitsFlipped),
        (any::<Index>(), (0..64, any::<u64>()))
            .prop_map(|(place, (shift, number))| Damage::BlownUp(place, number >> shift)),
        any::<Vec<u8>>().prop_map(Damage::Replaced),
    ]
}

impl Damage {
    /// `valid`, damaged behind its fingerprint: damage to that is noticed at once.
    fn of(&self, valid: &[u8]) -> Vec<u8> {
        let (fingerprint, value) = valid.split_at(4);
        let mut value = value.to_vec();
        match self {
            Self::Truncated(place) => value.truncate(place.index(value.len() + 1)),
            Self::BitsFlipped(places) if !value.is_empty() => {
                for (place, bit) in places {
                    value[place.index(valid.len() - 4)] ^= 1 << bit;
                }
            }
            Self::BlownUp(place, number) if !value.is_empty() => {
                let place = place.index(value.len());
                let varint = [&[253][..], &number.to_le_bytes()].concat();
                value.splice(place..=place, varint);
            }
            Self::BitsFlipped(_) | Self::BlownUp(..) => {}
            Self::Replaced(other) => value.clone_from(other),
        }
        [fingerprint, &value].concat()
    }
}

/// Decodes `bytes` as `T`, with whatever result, and checks what that allocated.
fn check<T: DeserializeOwned>(bytes: &[u8]) -> Result<(), TestCaseError> {
    let (result, allocated) = allocation::during(|| decode::<T>(bytes));
    let bound = BYTES_PER_BYTE * bytes.len() + BYTES_AT_LEAST;
    prop_assert!(allocated <= bound, "{} bytes allocate {}", bytes.len(), allocated);
    if let Err(error) = result {
        prop_assert!(error.position <= bytes.len());
    }
    Ok(())
}

fn check_damaged<T: Serialize + DeserializeOwned>(
    value: &T,
    damage: &Damage,
) -> Result<(), TestCaseError> {
    let valid = encode(value);
    check::<T>(&valid)?;
    check::<T>(&damage.of(&valid))
}

/// Lists of three depths, each short: proptest's own would be of 100 times 100 times 100 numbers.
fn short_lists() -> impl Strategy<Value = Vec<VecDeque<Vec<u64>>>> {
    let numbers = prop::collection::vec(any::<u64>(), 0..6);
    prop::collection::vec(prop::collection::vec_deque(numbers, 0..6), 0..6)
}

macro_rules! properties {
    ($($test:ident: $type:ty = $strategy:expr;)*) => {
        proptest! {$(
            #[test]
            fn $test(value in $strategy, damage in damage(), anything: Vec<u8>) {
                check::<$type>(&anything)?;
                check_damaged::<$type>(&value, &damage)?;
            }
        )*}
    };
}

properties! {
    number: u64 = any::<u64>();
    wide_number: i128 = any::<i128>();
    letter: char = any::<char>();
    text: String = any::<String>();
    byte_string: Bytes = bytes();
    list_of_bytes: Vec<u8> = any::<Vec<u8>>();
    list_of_nothings: Vec<()> = prop::collection::vec(any::<()>(), 0..5);
    list_of_lists_of_nothings: Vec<Vec<()>> = prop::collection::vec(Just(vec![()]), 0..3);
    linked_list_of_nothings: LinkedList<()> = Just(LinkedList::from([(), ()]));
    list_of_texts: Vec<String> = any::<Vec<String>>();
    list_of_lists: Vec<VecDeque<Vec<u64>>> = short_lists();
    nested_options: Option<Option<Option<u32>>> = any::<Option<Option<Option<u32>>>>();
    tuple: (u8, [u16; 4], Option<String>) = any::<(u8, [u16; 4], Option<String>)>();
    sorted_map: BTreeMap<String, u64> = any::<BTreeMap<String, u64>>();
    hash_map: HashMap<u16, Vec<u8>> = any::<HashMap<u16, Vec<u8>>>();
    enumeration: Shape = shape();
    structure: Everything = everything();
}
