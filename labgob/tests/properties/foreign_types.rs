//! A value of one type never decodes as another.

use crate::types::{Entry, Everything, Shape, bytes, everything, shape};
use bytes::Bytes;
use labgob::{DecodeError, Problem, decode, encode};
use proptest::prelude::*;
use std::any::type_name;
use std::collections::{BTreeMap, BTreeSet};

type Reader = fn(&[u8]) -> Result<(), DecodeError>;

macro_rules! readers {
    ($($type:ty),* $(,)?) => {
        [$((type_name::<$type>(), (|bytes| decode::<$type>(bytes).map(drop)) as Reader)),*]
    };
}

/// Many of these have the same bytes after the fingerprint.
fn readers() -> impl Iterator<Item = (&'static str, Reader)> {
    readers![
        (), u8, u16, u32, u64, i64, bool, char, String, Bytes, Vec<u8>, Vec<u64>, Vec<()>,
        Option<u64>, (u64,), (u8, u8), [u8; 2], BTreeSet<u64>, BTreeMap<u64, u64>,
        BTreeMap<String, u64>, Result<u64, u8>, Shape, Entry, Everything,
    ]
    .into_iter()
}

/// Checks that `encoded`, a value of the type `written`, is read as that type and as no other.
fn check(written: &str, encoded: &[u8]) -> Result<(), TestCaseError> {
    for (name, read) in readers() {
        match read(encoded) {
            Ok(()) => prop_assert_eq!(name, written),
            Err(error) => {
                prop_assert_ne!(name, written);
                prop_assert_eq!(error.problem, Problem::ForeignType);
            }
        }
    }
    Ok(())
}

macro_rules! properties {
    ($($test:ident: $type:ty = $strategy:expr;)*) => {
        proptest! {$(
            #[test]
            fn $test(value in $strategy) {
                check(type_name::<$type>(), &encode::<$type>(&value))?;
            }
        )*}
    };
}

properties! {
    unit: () = any::<()>();
    byte: u8 = any::<u8>();
    number: u64 = any::<u64>();
    signed_number: i64 = any::<i64>();
    flag: bool = any::<bool>();
    text: String = any::<String>();
    byte_string: Bytes = bytes();
    list_of_bytes: Vec<u8> = any::<Vec<u8>>();
    list_of_numbers: Vec<u64> = any::<Vec<u64>>();
    option: Option<u64> = any::<Option<u64>>();
    pair: (u8, u8) = any::<(u8, u8)>();
    array: [u8; 2] = any::<[u8; 2]>();
    set: BTreeSet<u64> = any::<BTreeSet<u64>>();
    map: BTreeMap<u64, u64> = any::<BTreeMap<u64, u64>>();
    enumeration: Shape = shape();
    structure: Everything = everything();
}
