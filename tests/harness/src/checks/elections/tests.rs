//! Two leaders of one term and a falling term are violations; what a correct cluster does is not.

use super::*;

const LEADER_OF_3: Sighting = Sighting { term: 3, leads: true };
const FOLLOWER_IN_3: Sighting = Sighting { term: 3, leads: false };

#[test]
fn one_leader_a_term_is_sound_however_often_it_is_seen() {
    let mut elections = Elections::new(3);
    for seen in [LEADER_OF_3, LEADER_OF_3, FOLLOWER_IN_3, LEADER_OF_3] {
        assert_eq!(elections.note(1, elections.last(1).term, seen), Ok(()));
    }
    assert_eq!(elections.note(2, 0, Sighting { term: 4, leads: true }), Ok(()));
    assert_eq!(elections.last(1), LEADER_OF_3);
}

#[test]
fn two_leaders_of_a_term_are_told_even_long_apart() {
    let mut elections = Elections::new(3);
    elections.note(1, 0, LEADER_OF_3).unwrap();
    elections.note(1, 3, Sighting { term: 9, leads: false }).unwrap();
    let violation = elections.note(2, 0, LEADER_OF_3).unwrap_err();
    assert_eq!(violation.property, Property::ElectionSafety);
    assert_eq!(violation.what, "S1 and S2 both lead term 3");
}

#[test]
fn a_term_that_goes_back_is_told() {
    let mut elections = Elections::new(3);
    elections.note(0, 0, FOLLOWER_IN_3).unwrap();
    let violation = elections.note(0, 3, Sighting { term: 2, leads: false }).unwrap_err();
    assert_eq!(violation.property, Property::MonotonicTerms);
    assert_eq!(violation.what, "S0 was in term 3 and went back to term 2");
    assert_eq!(elections.last(0).term, 3);
}

#[test]
fn answers_noted_late_are_no_step_back() {
    let mut elections = Elections::new(3);
    elections.note(0, 2, Sighting { term: 4, leads: false }).unwrap();
    assert_eq!(elections.note(0, 2, FOLLOWER_IN_3), Ok(()));
}
