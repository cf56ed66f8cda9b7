//! Ranges of seeds are read, written and divided.

use super::Seeds;

fn seeds(text: &str) -> Seeds {
    text.parse().expect("these are seeds")
}

#[test]
fn a_number_is_so_many_and_a_range_is_a_range() {
    assert_eq!(seeds("1000"), seeds("0..1000"));
    assert_eq!(seeds(" 5 .. 8 ").iter().collect::<Vec<_>>(), [5, 6, 7]);
    assert_eq!(seeds("500..1500").count(), Some(1000));
}

#[test]
fn what_is_written_is_read_back() {
    for range in [seeds("5..8"), Seeds::one(0), Seeds::one(u64::MAX)] {
        assert_eq!(seeds(&range.to_string()), range);
    }
    assert_eq!(Seeds::one(u64::MAX).to_string(), "18446744073709551615..18446744073709551616");
}

#[test]
fn what_names_no_seed_is_refused_with_what_would() {
    for text in ["", "0", "7..7", "8..7", "-1", "x", "1..2..3", "..", "0..18446744073709551617"] {
        let refusal = text.parse::<Seeds>().expect_err(text);
        assert!(refusal.starts_with(&format!("{text:?} names no seeds: 1000 is")), "{refusal}");
    }
}

#[test]
fn a_range_is_cut_into_parts() {
    let all = seeds("10..20");
    assert_eq!(all.part(0, 10), all);
    assert_eq!(all.part(4, 3), seeds("14..17"));
    assert_eq!((all.up_to(12), all.after(12)), (seeds("10..13"), Some(seeds("13..20"))));
    assert_eq!(all.after(19), None);
    assert_eq!(Seeds::one(u64::MAX).after(u64::MAX), None);
    assert!(all.contains(10) && all.contains(19) && !all.contains(20));
}

#[test]
fn more_than_anybody_waits_for_are_not_counted() {
    assert_eq!(seeds("0..4294967295").count(), Some(u32::MAX));
    assert_eq!(seeds("0..4294967296").count(), None);
    assert_eq!(seeds("0..18446744073709551616").count(), None);
}
