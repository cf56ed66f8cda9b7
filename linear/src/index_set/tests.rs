use super::IndexSet;
use proptest::prelude::*;
use std::collections::BTreeSet;

proptest! {
    #[test]
    fn does_what_a_tree_set_does(
        changes in prop::collection::vec((any::<bool>(), 0..9000_usize), 0..60),
        from in 0..9000_usize,
        width in 0..5000_usize,
    ) {
        let mut ours = IndexSet::new(9000);
        let mut model = BTreeSet::new();
        for (insert, number) in changes {
            if insert {
                ours.insert(number);
                model.insert(number);
            } else {
                ours.remove(number);
                model.remove(&number);
            }
        }
        prop_assert_eq!(ours.first(), model.first().copied());
        prop_assert_eq!(ours.last(), model.last().copied());
        prop_assert_eq!(ours.is_empty(), model.is_empty());
        prop_assert_eq!(ours.contains(from), model.contains(&from));
        prop_assert_eq!(ours.next_from(from), model.range(from..).next().copied());
        let to = from + width;
        let is_within = |number: &usize| (from..to).contains(number);
        prop_assert_eq!(ours.has_between(from, to), model.iter().any(is_within));
        prop_assert_eq!(ours.is_between(from, to), model.iter().all(is_within));
    }
}

#[test]
fn a_bound_of_zero_is_the_empty_set() {
    let set = IndexSet::new(0);
    assert!(set.is_empty());
    assert_eq!((set.first(), set.last(), set.next_from(0)), (None, None, None));
}
