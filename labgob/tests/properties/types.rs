//! A type with fields of every kind, and strategies that generate its values.

use bytes::Bytes;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Everything {
    small: u8,
    signed: i64,
    wide: u128,
    letter: char,
    text: String,
    maybe: Option<Option<i32>>,
    marker: Marker,
    entries: Vec<Entry>,
    table: BTreeMap<String, Vec<u32>>,
    shape: Shape,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Marker;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    term: u64,
    command: Bytes,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Shape {
    Nothing,
    Number(u64),
    Pair(i32, bool),
    Named { on: bool, list: Vec<Option<u16>> },
    Nested(Vec<Shape>),
}

pub fn bytes() -> impl Strategy<Value = Bytes> {
    any::<Vec<u8>>().prop_map(Bytes::from)
}

pub fn shape() -> impl Strategy<Value = Shape> {
    let leaf = prop_oneof![
        Just(Shape::Nothing),
        any::<u64>().prop_map(Shape::Number),
        any::<(i32, bool)>().prop_map(|(number, flag)| Shape::Pair(number, flag)),
        any::<(bool, Vec<Option<u16>>)>().prop_map(|(on, list)| Shape::Named { on, list }),
    ];
    leaf.prop_recursive(4, 16, 4, |shape| {
        prop::collection::vec(shape, 0..4).prop_map(Shape::Nested)
    })
}

fn entry() -> impl Strategy<Value = Entry> {
    (any::<u64>(), bytes()).prop_map(|(term, command)| Entry { term, command })
}

pub fn everything() -> impl Strategy<Value = Everything> {
    let scalars = any::<(u8, i64, u128, char, String, Option<Option<i32>>)>();
    let entries = prop::collection::vec(entry(), 0..5);
    let table = prop::collection::btree_map(any::<String>(), any::<Vec<u32>>(), 0..5);
    (scalars, entries, table, shape()).prop_map(|(scalars, entries, table, shape)| {
        let (small, signed, wide, letter, text, maybe) = scalars;
        let marker = Marker;
        Everything { small, signed, wide, letter, text, maybe, marker, entries, table, shape }
    })
}
