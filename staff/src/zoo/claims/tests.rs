//! Claims are known from the sources, whatever their numbers, and a typo lists the near ones.

use super::*;
use crate::handout::workspace;

#[test]
fn a_claim_ends_at_its_colon_and_has_no_numbers() {
    for (what, expected) in [
        ("one vote a term: S1 voted twice (5.2: votedFor)", "one vote a term"),
        ("no agreement on 17 within 10 s", "no agreement on N within N s"),
        ("2C: what must survive is saved: S1: no", "2C: what must survive is saved"),
        ("S1 led term 4, then 5: why", "N led term N, then N"),
        ("timeout", "timeout"),
    ] {
        assert_eq!(claim(what), expected);
    }
}

#[test]
fn what_is_filled_in_stands_for_a_number() {
    for (text, expected) in [
        ("no agreement on {value} within {} s: {why}", "no agreement on N within N s"),
        ("{server} led term 4: {what}", "N led term N"),
        ("2C: saved first: S{server}", "2C: saved first"),
        ("a head and no more:", "a head and no more"),
    ] {
        assert_eq!(pattern(text), expected);
    }
}

#[test]
fn the_sources_say_which_claims_there_are() {
    let claims = Claims::read(&workspace()).expect("they can be read");
    for known in [
        "one vote a term",
        "2C: what a reply promises is saved first",
        "nothing applied ever vanishes",
        "a client reads what was written last",
        "not linearizable",
        "no agreement on 17 within 10 s among 3 servers",
        "an election timer is reset by refused votes",
    ] {
        assert_eq!(claims.check(known), Ok(()), "{known}");
    }
}

#[test]
fn a_typo_lists_what_is_similar() {
    let claims = Claims::of(&["one vote a term", "one leader a term: {why}", "nothing vanishes"]);
    let problem = claims.check("one vote per term").expect_err("it is misspelt");
    let expected =
        "no failure begins with \"one vote per term\"; similar ones: \"one vote a term\"";
    assert!(problem.starts_with(expected), "{problem}");
    assert_eq!(claims.check("one vote"), Ok(()), "a failure can begin with these words");
    assert!(claims.check("one vote a te").is_err(), "these are no words");
}

#[test]
fn the_distance_counts_signs() {
    for (left, right, expected) in [("", "abc", 3), ("abc", "abc", 0), ("abcd", "xbd", 2)] {
        assert_eq!(distance(left, right), expected);
        assert_eq!(distance(right, left), expected);
    }
}
