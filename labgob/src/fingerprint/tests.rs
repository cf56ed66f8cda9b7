use super::*;
use std::collections::BTreeSet;

#[test]
fn look_alikes_differ() {
    assert_ne!(of::<u8>(), of::<i8>());
    assert_ne!(of::<str>(), of::<String>());
    assert_ne!(of::<[u8]>(), of::<Vec<u8>>());
    assert_ne!(of::<(u8, u16)>(), of::<(u16, u8)>());
}

#[test]
fn a_reference_is_what_it_refers_to() {
    assert_eq!(of::<&u64>(), of::<u64>());
    assert_eq!(of::<&&str>(), of::<str>());
    assert_ne!(of::<Option<&u64>>(), of::<Option<u64>>());
}

/// Names in one program are alike: a long path in common, a few letters of difference anywhere.
#[test]
fn similar_names_have_different_hashes() {
    let mut names = BTreeSet::new();
    for length in 0..100 {
        let name = "a".repeat(length);
        for place in 0..length {
            for letter in "bcdefghijklmnopqrstuvwxyz".chars() {
                names.insert(format!("{}{letter}{}", &name[..place], &name[place + 1..]));
            }
        }
        names.insert(name);
    }
    let hashes: BTreeSet<u32> = names.iter().map(|name| hash(name)).collect();
    // About 120,000 names, so two collisions would be expected of a perfect hash.
    assert!(names.len() - hashes.len() < 10, "{} names, {} hashes", names.len(), hashes.len());
}
