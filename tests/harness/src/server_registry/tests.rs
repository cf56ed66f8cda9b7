//! Reports of an ended incarnation do not count; those of the present one are checked.

use super::*;
use crate::checks::Property;

fn seen(term: u64, leads: bool) -> Sighting {
    Sighting { term, leads }
}

/// Three servers, of which S0 and S1 are up.
fn registry() -> ServerRegistry<&'static str> {
    let mut registry = ServerRegistry::new(3);
    registry.begin_incarnation(0, "first", 0);
    registry.begin_incarnation(1, "second", 0);
    registry
}

#[test]
fn only_who_is_up_is_asked() {
    let registry = registry();
    assert_eq!(registry.poll(0).map(|poll| poll.running), Some("first"));
    assert!(registry.poll(2).is_none());
    assert_eq!([0, 1, 2].map(|server| registry.is_up(server)), [true, true, false]);
}

#[test]
fn an_answer_is_checked() {
    let mut registry = registry();
    for (server, leads) in [(0, true), (1, false)] {
        let poll = registry.poll(server).unwrap();
        assert_eq!(registry.note(&poll, seen(3, leads)), Some(Ok(())));
    }
    let poll = registry.poll(1).unwrap();
    let violation = registry.note(&poll, seen(3, true)).unwrap().unwrap_err();
    assert_eq!(violation.property, Property::ElectionSafety);
}

#[test]
fn an_answer_of_an_ended_life_is_not_noted() {
    let mut registry = registry();
    let poll = registry.poll(0).unwrap();
    assert_eq!(registry.end_incarnation(0), Some("first"));
    assert_eq!(registry.note(&poll, seen(7, true)), None);
    registry.begin_incarnation(0, "again", 0);
    assert_eq!(registry.note(&poll, seen(7, true)), None);
    assert_eq!(registry.elections().latest_term(), 0);
}

#[test]
fn whoever_told_a_term_has_saved_it() {
    let mut registry = registry();
    assert_eq!(registry.check_disk(0, 0, 0), Ok(()), "its first incarnation begins");
    let _ = registry.end_incarnation(0);
    assert_eq!(registry.check_disk(0, 2, 12), Ok(()));
    let violation = registry.check_disk(0, 2, 0).unwrap_err();
    assert_eq!(violation.property, Property::Persistence);
    assert!(violation.what.contains("S0 had told others term 2"), "{violation}");
}

/// A candidacy, say, that a server saves before its first request, and that a crash overtakes.
#[test]
fn a_term_that_was_only_reported_need_not_survive_a_crash() {
    let mut registry = registry();
    let poll = registry.poll(0).unwrap();
    registry.note(&poll, seen(7, false)).unwrap().unwrap();
    let poll = registry.poll(0).unwrap();
    let violation = registry.note(&poll, seen(6, false)).unwrap().unwrap_err();
    assert_eq!(violation.property, Property::MonotonicTerms, "it has not crashed");
    let _ = registry.end_incarnation(0);
    registry.begin_incarnation(0, "again", 0);
    let poll = registry.poll(0).unwrap();
    assert_eq!(registry.note(&poll, seen(6, false)), Some(Ok(())));
}

#[test]
fn a_term_that_was_promised_is_found_on_the_disk() {
    let mut registry = registry();
    let _ = registry.end_incarnation(0);
    registry.begin_incarnation(0, "again", 7);
    let poll = registry.poll(0).unwrap();
    let violation = registry.note(&poll, seen(0, false)).unwrap().unwrap_err();
    assert!(violation.what.contains("S0 was in term 7 and went back to term 0"), "{violation}");
}

#[test]
fn a_standing_is_a_few_words() {
    let mut registry = registry();
    let poll = registry.poll(0).unwrap();
    registry.note(&poll, seen(4, true)).unwrap().unwrap();
    assert_eq!([0, 1].map(|server| registry.role_and_term(server)), ["leads term 4", "in term 0"]);
    let _ = registry.end_incarnation(0);
    assert_eq!(registry.role_and_term(0), "down, term 4");
}
