use crate::{Decoder, Encoder, MAX_DEPTH, decode, encode};
use serde::ser::{SerializeSeq, Serializer};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[test]
fn values_in_a_row_are_those_of_encode_in_a_row() {
    let mut encoder = Encoder::new();
    assert!(encoder.is_empty());
    encoder.encode(&7_u64);
    encoder.encode("text");
    assert_eq!(encoder.len(), 5 + 9);
    assert_eq!(encoder.into_bytes(), [encode(&7_u64), encode("text")].concat());
}

#[test]
fn a_small_value_takes_few_bytes() {
    assert_eq!(encode(&7_u64)[4..], [7]);
    assert_eq!(encode(&300_u64)[4..], [251, 44, 1]);
    assert_eq!(encode("ab")[4..], [2, b'a', b'b']);
    assert_eq!(encode(&Some(vec![5_u8, 6]))[4..], [1, 2, 5, 6]);
}

#[test]
fn a_reference_is_encoded_as_what_it_refers_to() {
    let text = String::from("text");
    assert_eq!(encode(&&text), encode(&text));
    assert_eq!(decode(&encode(&&&text)), Ok(text));
}

/// A list whose length is its depth.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum List {
    End,
    Link(Box<List>),
}

fn list(length: usize) -> List {
    (0..length).fold(List::End, |list, _| List::Link(Box::new(list)))
}

#[test]
fn nesting_to_the_limit_comes_back() {
    assert_eq!(decode(&encode(&list(MAX_DEPTH))), Ok(list(MAX_DEPTH)));
}

#[test]
#[should_panic(expected = "labgob cannot encode labgob::encoder::tests::List: the value nests \
                           too deep (limit 128 levels)")]
fn nesting_beyond_the_limit_is_refused() {
    encode(&list(MAX_DEPTH + 1));
}

#[test]
fn a_few_elements_without_bytes_come_back() {
    assert_eq!(decode(&encode(&vec![(); 5])), Ok(vec![(); 5]));
    assert_eq!(decode(&encode(&BTreeMap::from([((), ())]))), Ok(BTreeMap::from([((), ())])));
}

#[test]
#[should_panic(expected = "labgob cannot encode alloc::vec::Vec<()>: its collections have 1000 \
                           elements that take no bytes")]
fn many_elements_without_bytes_are_refused() {
    encode(&vec![(); 1000]);
}

#[test]
fn elements_are_counted_by_value() {
    let mut encoder = Encoder::new();
    encoder.encode(&vec![7_u8; 1000]);
    encoder.encode(&vec![(); 3]);
    let bytes = encoder.into_bytes();
    let mut decoder = Decoder::new(&bytes);
    assert_eq!(decoder.decode(), Ok(vec![7_u8; 1000]));
    assert_eq!(decoder.decode(), Ok(vec![(); 3]));
}

#[test]
#[should_panic(expected = "the field `note` was left out (skip_serializing_if)")]
fn a_field_left_out_is_refused() {
    #[derive(Serialize)]
    struct Forgetful {
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    }
    encode(&Forgetful { note: None });
}

#[test]
fn a_field_that_neither_side_has_is_no_matter() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct WithCache {
        value: u64,
        #[serde(skip)]
        cache: Option<u64>,
    }
    let bytes = encode(&WithCache { value: 7, cache: Some(49) });
    assert_eq!(decode(&bytes), Ok(WithCache { value: 7, cache: None }));
}

#[test]
#[should_panic(expected = "the length of a collection is not known in advance")]
fn a_sequence_of_unknown_length_is_refused() {
    struct Unending;
    impl Serialize for Unending {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_seq(None)?.end()
        }
    }
    encode(&Unending);
}

#[test]
#[should_panic(expected = "labgob cannot encode std::path::Path: path contains invalid UTF-8")]
#[cfg(unix)]
fn a_type_can_refuse_by_itself() {
    use std::os::unix::ffi::OsStrExt;
    encode(std::path::Path::new(std::ffi::OsStr::from_bytes(&[0xff])));
}
