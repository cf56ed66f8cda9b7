use super::{PlacedSet, Table, random};
use std::collections::BTreeSet;

#[test]
fn a_table_has_what_was_put_in_and_nothing_else() {
    let mut table = Table::new();
    assert!(!table.contains(random(0)));
    for number in 0..10_000 {
        table.insert(random(number));
        table.insert(random(number / 2));
    }
    assert_eq!(table.count, 10_000);
    assert!((0..10_000).all(|number| table.contains(random(number))));
    assert!((10_000..20_000).all(|number| !table.contains(random(number))));
}

#[test]
fn zero_can_be_put_in_like_any_other() {
    let mut table = Table::new();
    assert!(!table.contains(0));
    table.insert(0);
    assert!(table.contains(0));
}

#[test]
fn a_set_does_not_depend_on_the_order() {
    let empty = PlacedSet::default();
    assert_eq!(empty.toggled(3).toggled(8), empty.toggled(8).toggled(3));
    assert_eq!(empty.toggled(3).toggled(3), empty);
}

#[test]
fn random_numbers_differ_in_about_half_their_bits() {
    let numbers: BTreeSet<u128> = (0..10_000).map(random).collect();
    assert_eq!(numbers.len(), 10_000);
    for number in 0..1000 {
        let different = (random(number) ^ random(number + 1)).count_ones();
        assert!((30..98).contains(&different), "{number}: {different}");
    }
}
