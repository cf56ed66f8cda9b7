use crate::{DecodeError, Decoder, Encoder, MAX_DEPTH, Problem, decode, encode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::any::type_name;
use std::collections::LinkedList;
use std::fmt::Debug;

/// The fingerprint of `T` and then `bytes`, whatever they are.
fn claimed_to_be<T>(bytes: &[u8]) -> Vec<u8> {
    [&crate::fingerprint::of::<T>(), bytes].concat()
}

/// Checks that `bytes` do not decode as `T`, and why and where.
#[track_caller]
fn assert_refused<T: DeserializeOwned + Debug>(bytes: &[u8], position: usize, problem: Problem) {
    let error = decode::<T>(bytes).expect_err("these bytes are malformed");
    let expected = type_name::<T>();
    assert_eq!(error, DecodeError { expected, position, length: bytes.len(), problem });
}

fn invalid(reason: &str) -> Problem {
    Problem::Invalid(reason.to_owned())
}

/// The varint of a number of eight bytes, as a collection's or string's length may be.
fn huge(number: u64) -> Vec<u8> {
    [&[253][..], &number.to_le_bytes()].concat()
}

#[test]
fn values_come_back_in_order() {
    let mut encoder = Encoder::new();
    encoder.encode(&7_u64);
    encoder.encode(&Some(true));
    let bytes = encoder.into_bytes();

    let mut decoder = Decoder::new(&bytes);
    assert_eq!(decoder.decode::<u64>(), Ok(7));
    assert_eq!((decoder.position(), decoder.remaining()), (5, &bytes[5..]));
    assert!(!decoder.is_empty());
    assert_eq!(decoder.decode::<Option<bool>>(), Ok(Some(true)));
    assert!(decoder.is_empty());
    assert_eq!(decoder.finish(), Ok(()));
}

#[test]
fn after_an_error_the_decoder_is_where_it_was() {
    let bytes = encode("text");
    let mut decoder = Decoder::new(&bytes);
    assert!(decoder.decode::<u64>().is_err());
    assert_eq!((decoder.position(), decoder.remaining()), (0, &bytes[..]));

    let oversized = claimed_to_be::<Vec<u8>>(&[3, 1, 2]);
    let mut decoder = Decoder::new(&oversized);
    assert!(decoder.decode::<Vec<u8>>().is_err());
    assert_eq!(decoder.decode::<Vec<u8>>().unwrap_err().position, 7, "the same error once more");
}

#[test]
fn another_type_is_refused() {
    assert_refused::<String>(&encode(&7_u64), 0, Problem::ForeignType);
    assert_refused::<String>(&encode("text"), 0, Problem::ForeignType);
    assert_refused::<u64>(b"no labgob", 0, Problem::ForeignType);
}

#[test]
fn truncation_is_refused() {
    assert_refused::<u64>(&[], 0, Problem::Truncated { missing: 4 });
    assert_refused::<u64>(&encode(&7_u64)[..3], 0, Problem::Truncated { missing: 1 });
    assert_refused::<u64>(&encode(&7_u64)[..4], 4, Problem::Truncated { missing: 1 });
    assert_refused::<u64>(&encode(&300_u64)[..5], 4, Problem::Truncated { missing: 2 });
    let pair = encode(&(7_u64, 'x'));
    assert_refused::<(u64, char)>(&pair[..5], 5, Problem::Truncated { missing: 1 });
}

#[test]
fn leftovers_are_refused() {
    let bytes = [encode(&7_u64), vec![1, 2, 3]].concat();
    assert_refused::<u64>(&bytes, 5, Problem::Trailing);

    let mut decoder = Decoder::new(&bytes);
    assert_eq!(decoder.decode::<u64>(), Ok(7));
    let error = decoder.finish().expect_err("three bytes are left");
    assert_eq!(
        error.to_string(),
        "expected the end of the input but stopped at byte 5 of 8: there are bytes left over"
    );
}

#[test]
fn a_length_beyond_the_input_is_refused() {
    let oversized = |claimed| Problem::Oversized { claimed };
    let thirteen_bytes = claimed_to_be::<String>(&huge(8_600_000_000));
    assert_refused::<String>(&thirteen_bytes, 4, oversized(8_600_000_000));
    assert_refused::<String>(&encode(&String::from("text"))[..8], 4, oversized(4));
    assert_refused::<Vec<u64>>(&claimed_to_be::<Vec<u64>>(&huge(1 << 40)), 4, oversized(1 << 40));
    assert_refused::<Vec<u8>>(&claimed_to_be::<Vec<u8>>(&[6, 0]), 5 + 1, {
        Problem::Truncated { missing: 1 } // six might be, and are not
    });
}

#[test]
fn elements_without_bytes_do_not_loop() {
    let endless = huge(1 << 60);
    let oversized = Problem::Oversized { claimed: 1 << 60 };
    assert_refused::<Vec<()>>(&claimed_to_be::<Vec<()>>(&endless), 4, oversized.clone());
    assert_refused::<LinkedList<()>>(&claimed_to_be::<LinkedList<()>>(&endless), 4, oversized);
}

/// Were each list allowed as many elements as the input has bytes, these would be 10^10 turns.
#[test]
fn elements_without_bytes_are_counted_together() {
    let lists = 100_000_u32;
    let mut bytes = [&[252][..], &lists.to_le_bytes()].concat();
    for _ in 0..lists {
        bytes.extend([252]);
        bytes.extend(lists.to_le_bytes());
    }
    let error = decode::<Vec<Vec<()>>>(&claimed_to_be::<Vec<Vec<()>>>(&bytes)).unwrap_err();
    assert_eq!(error.problem, Problem::Oversized { claimed: lists.into() });
}

#[test]
fn bytes_that_mean_nothing_are_refused() {
    let not_a_bool = invalid("invalid bool 7 (must be 0 or 1)");
    assert_refused::<bool>(&claimed_to_be::<bool>(&[7]), 4, not_a_bool.clone());
    assert_refused::<Option<u8>>(&claimed_to_be::<Option<u8>>(&[7, 0]), 4, not_a_bool);
    let no_character = invalid("not a Unicode character");
    assert_refused::<char>(&claimed_to_be::<char>(&[0xff]), 4, no_character);
    let too_wide = invalid("found a U64, expected a U16");
    assert_refused::<u16>(&claimed_to_be::<u16>(&huge(0)), 4, too_wide);
    let no_text = "this string is not UTF-8: invalid utf-8 sequence of 1 bytes from index 1";
    assert_refused::<String>(&claimed_to_be::<String>(&[2, b'a', 0xff]), 4, invalid(no_text));
}

#[derive(Debug, Serialize, Deserialize)]
enum Vote {
    Yes,
    No,
}

#[test]
fn a_variant_that_does_not_exist_is_refused() {
    let error = decode::<Vote>(&claimed_to_be::<Vote>(&[2])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected labgob::decoder::tests::Vote but stopped at byte 5 of 5: \
         invalid value: integer `2`, expected variant index 0 <= i < 2"
    );
}

#[test]
fn a_type_that_asks_what_the_bytes_hold_is_refused() {
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(untagged)]
    enum Untagged {
        Number(u64),
    }
    let bytes = encode(&Untagged::Number(7));
    assert_refused::<Untagged>(&bytes, 4, Problem::NotSelfDescribing);

    #[derive(Debug, Serialize, Deserialize)]
    #[serde(tag = "kind")]
    enum Tagged {
        Number { value: u64 },
    }
    let bytes = encode(&Tagged::Number { value: 7 });
    assert_refused::<Tagged>(&bytes, 4, Problem::NotSelfDescribing);
}

#[derive(Debug, Serialize, Deserialize)]
enum Tree {
    Leaf,
    Branch(Vec<Option<Tree>>),
}

/// A mebibyte that nests a level with every few bytes, on a small stack.
#[test]
#[expect(clippy::disallowed_types, reason = "a stack of known size, and no labrt below labgob")]
fn deep_input_does_not_overflow_the_stack() {
    let branches = [1, 1, 1].repeat(350_000); // Branch, of one element, which is Some
    let bytes = claimed_to_be::<Tree>(&branches);
    let decoding = std::thread::Builder::new()
        .stack_size(256 * 1024)
        .spawn(move || decode::<Tree>(&bytes).unwrap_err())
        .expect("a thread can be started");
    let error = decoding.join().expect("decoding does not panic");
    assert_eq!(error.problem, Problem::TooDeep);
    assert!(error.position <= 4 + 3 * MAX_DEPTH);
}

/// Its values would be infinite, so no bytes hold one; but it compiles.
#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "no value can exist")]
struct Endless(Box<Endless>);

#[test]
fn a_type_without_values_is_refused() {
    assert_refused::<Endless>(&claimed_to_be::<Endless>(&[]), 4, Problem::TooDeep);
}
