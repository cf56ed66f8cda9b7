//! What an ended life says counts for nothing; what a present one says is checked.

use super::*;
use crate::checks::Property;

fn seen(term: u64, leads: bool) -> Sighting {
    Sighting { term, leads }
}

/// Three servers, of which S0 and S1 are up.
fn roster() -> Roster<&'static str> {
    let mut roster = Roster::new(3);
    roster.begin_life(0, "first");
    roster.begin_life(1, "second");
    roster
}

#[test]
fn only_who_is_up_is_asked() {
    let roster = roster();
    assert_eq!(roster.question(0).map(|question| question.running), Some("first"));
    assert!(roster.question(2).is_none());
    assert_eq!([0, 1, 2].map(|server| roster.is_up(server)), [true, true, false]);
}

#[test]
fn an_answer_is_checked() {
    let mut roster = roster();
    for (server, leads) in [(0, true), (1, false)] {
        let question = roster.question(server).unwrap();
        assert_eq!(roster.note(&question, seen(3, leads)), Some(Ok(())));
    }
    let question = roster.question(1).unwrap();
    let violation = roster.note(&question, seen(3, true)).unwrap().unwrap_err();
    assert_eq!(violation.property, Property::ElectionSafety);
}

#[test]
fn an_answer_of_an_ended_life_is_not_noted() {
    let mut roster = roster();
    let question = roster.question(0).unwrap();
    assert_eq!(roster.end_life(0), Some("first"));
    assert_eq!(roster.note(&question, seen(7, true)), None);
    roster.begin_life(0, "again");
    assert_eq!(roster.note(&question, seen(7, true)), None);
    assert_eq!(roster.elections().latest_term(), 0);
}

#[test]
fn whoever_was_in_a_term_has_saved_it() {
    let mut roster = roster();
    assert_eq!(roster.check_disk(0, 0), Ok(()), "its first life begins");
    let question = roster.question(0).unwrap();
    roster.note(&question, seen(2, false)).unwrap().unwrap();
    let _ = roster.end_life(0);
    assert_eq!(roster.check_disk(0, 12), Ok(()));
    let violation = roster.check_disk(0, 0).unwrap_err();
    assert_eq!(violation.property, Property::Persistence);
    assert!(violation.what.contains("S0 was in term 2"), "{violation}");
}

#[test]
fn a_standing_is_a_few_words() {
    let mut roster = roster();
    let question = roster.question(0).unwrap();
    roster.note(&question, seen(4, true)).unwrap().unwrap();
    assert_eq!([0, 1].map(|server| roster.standing(server)), ["leads term 4", "in term 0"]);
    let _ = roster.end_life(0);
    assert_eq!(roster.standing(0), "down, term 4");
}
