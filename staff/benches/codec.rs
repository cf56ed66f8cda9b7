//! What encoding and decoding cost, in nanoseconds, and as a multiple of bare bincode.
//!
//! `cargo bench -p staff --bench codec`. Each figure is the fastest of many rounds, ours and
//! bincode's in turn, so that a busy machine disturbs both alike.

use bytes::Bytes;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::hint::black_box;
use std::time::{Duration, Instant};

#[derive(Serialize, Deserialize)]
struct AppendEntries {
    term: u64,
    previous_index: u64,
    commit_index: u64,
    entries: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    term: u64,
    command: Bytes,
}

fn main() {
    println!("{:<28} {:>16} {:>8} {:>16} {:>8}", "", "encode", "", "decode", "");
    println!(
        "{:<28} {:>7} {:>8} {:>8} {:>7} {:>8} {:>8}",
        "nanoseconds", "labgob", "bincode", "ratio", "labgob", "bincode", "ratio"
    );
    compare("heartbeat", &append_entries(0));
    compare("append 3 entries of 20 bytes", &append_entries(3));
    compare("echo of 20 bytes, String", &"x".repeat(20));
    compare("echo of 20 bytes, Bytes", &Bytes::from(vec![7; 20]));
    compare("5000 bytes, Bytes", &Bytes::from(vec![7; 5000]));
    compare("5000 bytes, Vec<u8>", &vec![7_u8; 5000]);
}

fn append_entries(count: u64) -> AppendEntries {
    let entry = |term| Entry { term, command: Bytes::from(vec![7; 20]) };
    let entries = (0..count).map(entry).collect();
    AppendEntries { term: 3, previous_index: 1000, commit_index: 998, entries }
}

fn compare<T: Serialize + DeserializeOwned>(title: &str, value: &T) {
    let standard = bincode::config::standard();
    let ours = labgob::encode(value);
    let theirs = bincode::serde::encode_to_vec(value, standard).unwrap();
    assert_eq!(ours[4..], theirs, "the format is bincode's, after the fingerprint");

    let [our_encode, their_encode] =
        fastest([&mut || drop(black_box(labgob::encode(black_box(value)))), &mut || {
            drop(black_box(bincode::serde::encode_to_vec(black_box(value), standard)))
        }]);
    let [our_decode, their_decode] =
        fastest([&mut || drop(black_box(labgob::decode::<T>(black_box(&ours)))), &mut || {
            let bytes = black_box(&theirs);
            drop(black_box(bincode::serde::decode_from_slice::<T, _>(bytes, standard)));
        }]);
    println!(
        "{title:<28} {our_encode:>7.1} {their_encode:>8.1} {:>8.2} \
         {our_decode:>7.1} {their_decode:>8.1} {:>8.2}",
        our_encode / their_encode,
        our_decode / their_decode,
    );
}

/// Nanoseconds a call, for each of two operations.
fn fastest(mut operations: [&mut dyn FnMut(); 2]) -> [f64; 2] {
    const ROUNDS: u32 = 100;
    const CALLS: u32 = 1000;
    let mut best = [Duration::MAX; 2];
    for _ in 0..ROUNDS {
        for (operation, best) in operations.iter_mut().zip(&mut best) {
            let start = Instant::now();
            (0..CALLS).for_each(|_| operation());
            *best = start.elapsed().min(*best);
        }
    }
    best.map(|duration| duration.as_secs_f64() * 1e9 / f64::from(CALLS))
}
