//! Every value survives encoding and decoding.

use crate::types::{Everything, everything};
use labgob::{Decoder, Encoder, decode, encode};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

proptest! {
    #[test]
    fn any_value_comes_back(value in everything()) {
        prop_assert_eq!(decode(&encode(&value)), Ok(value));
    }

    #[test]
    fn numbers_come_back(values in any::<(i8, u16, i16, u32, i128, f32, f64, usize)>()) {
        prop_assert_eq!(decode(&encode(&values)), Ok(values));
    }

    #[test]
    fn values_in_a_row_come_back(values in prop::collection::vec(everything(), 0..4), term: u64) {
        let mut encoder = Encoder::new();
        encoder.encode(&term);
        for value in &values {
            encoder.encode(value);
        }
        let bytes = encoder.into_bytes();

        let mut decoder = Decoder::new(&bytes);
        prop_assert_eq!(decoder.decode::<u64>(), Ok(term));
        for value in values {
            prop_assert_eq!(decoder.decode::<Everything>(), Ok(value));
        }
        prop_assert_eq!(decoder.finish(), Ok(()));
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Numbers {
    first: i32,
    second: i64,
    text: String,
    more: Vec<u64>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Nested {
    number: i64,
    list: Vec<Numbers>,
    by_number: BTreeMap<i64, Box<Numbers>>,
    operation: Operation,
}

/// Where the course registers a type behind an interface, Rust has an enum.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Operation {
    Get { key: String },
    Append { key: String, value: String },
}

fn numbers(first: i32) -> Numbers {
    Numbers { first, second: -7, text: "six".to_owned(), more: vec![0, u64::MAX] }
}

fn nested() -> Nested {
    Nested {
        number: 99,
        list: vec![numbers(1), numbers(2)],
        by_number: BTreeMap::from([(-1, Box::new(numbers(3))), (100, Box::new(numbers(4)))]),
        operation: Operation::Append { key: "k".to_owned(), value: "v".to_owned() },
    }
}

/// The course's `TestGOB`.
#[test]
fn the_courses_values_come_back() {
    let mut encoder = Encoder::new();
    encoder.encode(&0_i64);
    encoder.encode(&1_i64);
    encoder.encode(&numbers(17));
    encoder.encode(&nested());
    encoder.encode(&Operation::Get { key: "k".to_owned() });
    let bytes = encoder.into_bytes();

    let mut decoder = Decoder::new(&bytes);
    assert_eq!(decoder.decode(), Ok(0_i64));
    assert_eq!(decoder.decode(), Ok(1_i64));
    assert_eq!(decoder.decode(), Ok(numbers(17)));
    assert_eq!(decoder.decode(), Ok(nested()));
    assert_eq!(decoder.decode(), Ok(Operation::Get { key: "k".to_owned() }));
    assert_eq!(decoder.finish(), Ok(()));
}

/// The course's `TestCapital`: Go silently leaves out fields that begin with a small letter, so
/// the course's labgob warns. Here a private field travels like any other.
#[test]
fn private_fields_come_back() {
    #[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
    struct Key {
        yes: bool,
        no: String,
    }
    let key = Key { yes: true, no: "lower case".to_owned() };
    let value = vec![BTreeMap::from([(key, 7_u32)])];
    assert_eq!(decode(&encode(&value)), Ok(value));
}

/// The course's `TestDefault`: Go does not send default values, so decoding over an old value
/// keeps the old one, and the course's labgob warns. Here decoding always makes a new value.
#[test]
fn default_values_come_back() {
    let value = Numbers { first: 0, second: 0, text: String::new(), more: vec![] };
    let mut old = numbers(99);
    assert_eq!(old.first, 99);
    old = decode(&encode(&value)).expect("a valid encoding");
    assert_eq!(old, value);
}
