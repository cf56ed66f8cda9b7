//! Over the days everything has its turn, and names that there are not are answered with others.

use super::*;
use std::collections::BTreeSet;

#[test]
fn an_unknown_name_is_answered_with_three_like_it() {
    let known = ["two-votes", "vote-not-saved", "term-not-saved", "votes-not-counted"];
    assert_eq!(
        run::unknown(Kind::Bug, "vote-not-save", known.into_iter()),
        "there is no \"vote-not-save\" in staff/zoo/bugs; did you mean vote-not-saved, \
         votes-not-counted, term-not-saved?"
    );
}

#[test]
fn everything_has_its_turn() {
    for (count, a_day) in [(1, 1), (7, 1), (7, 3), (66, 3), (2, 3)] {
        let all: Vec<usize> = (0..count).collect();
        let days = count.div_ceil(a_day);
        let begin = 20_000;
        let seen: BTreeSet<usize> =
            (begin..begin + days).flat_map(|day| share(all.clone(), a_day, day)).collect();
        assert_eq!(seen.len(), count, "{count} things, {a_day} a day");
        assert_eq!(share(all, a_day, begin).len(), a_day.min(count));
    }
    assert!(share(Vec::<usize>::new(), 3, 20_000).is_empty());
}
