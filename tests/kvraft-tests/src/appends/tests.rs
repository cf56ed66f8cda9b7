//! Lost, duplicated, misplaced and foreign elements are found; and whatever the course's rule
//! refuses is refused. (Random cases without proptest: a student's first 3A build compiles this.)

use super::*;
use labrt::rand::seq::SliceRandom;
use labrt::rand::{random_range, rng};
use labrt::sim::{Schedule, simulate};
use labrt::time::Duration;
use labrt::world::Options;

/// The elements, one after the other.
fn value(elements: &[(usize, usize)]) -> String {
    elements.iter().map(|(client, number)| element(*client, *number)).collect()
}

/// What is wrong with these elements, if client 0 was to append three and client 7 two.
fn disorder(elements: &[(usize, usize)]) -> Option<String> {
    let checked = check_appends(&value(elements), [(0, 3), (7, 2)]);
    checked.err().map(|disorder| disorder.to_string())
}

const SOUND: [(usize, usize); 5] = [(0, 0), (7, 0), (0, 1), (0, 2), (7, 1)];

#[test]
fn elements_read_as_the_courses() {
    assert_eq!(value(&SOUND[..2]), "x 0 0 yx 7 0 y");
}

#[test]
fn any_order_of_clients_is_sound() {
    assert_eq!(disorder(&SOUND), None);
    assert_eq!(disorder(&[(7, 0), (7, 1), (0, 0), (0, 1), (0, 2)]), None);
    assert_eq!(check_appends("", [(0, 0)]), Ok(()));
}

#[test]
fn each_disorder_has_its_name() {
    for (elements, told) in [
        (&SOUND[..4], "the append of \"x 7 1 y\" is lost"),
        (&SOUND[1..], "the append of \"x 0 0 y\" is lost"),
        (&[(0, 0), (0, 0)], "the append of \"x 0 0 y\" was done twice, again at byte 7"),
        (
            &[(0, 0), (0, 2), (0, 1)],
            "appends are out of order: \"x 0 2 y\" is at byte 7, before \"x 0 1 y\"",
        ),
        (&[(0, 0), (3, 0)], "at byte 7 is text that no client appended: \"x 0 0 yx 3 0 y\""),
        (
            &[(7, 0), (7, 1), (7, 2)],
            "at byte 14 is text that no client appended: \"...7 0 yx 7 1 yx 7 2 y\"",
        ),
    ] {
        assert_eq!(disorder(elements).as_deref(), Some(told));
    }
}

#[test]
fn what_only_looks_like_an_element_is_foreign() {
    for text in ["x 0 0", "y", "x 00 0 y", "x +0 0 y", "x 0 0 y ", "xx 0 0 y", "x 0 y"] {
        let checked = check_appends(text, [(0, 1)]);
        assert!(matches!(checked, Err(Disorder::Foreign { .. })), "{text}: {checked:?}");
    }
}

/// The course's rule: each element is found, in one place only, after the one before.
fn course_allows(value: &str, appended: &[(usize, usize)]) -> bool {
    appended.iter().all(|(client, count)| {
        let mut last = None;
        (0..*count).all(|number| {
            let element = element(*client, number);
            let (first, latest) = (value.find(&element), value.rfind(&element));
            let sound = first.is_some() && first == latest && first > last;
            last = first;
            sound
        })
    })
}

/// So many random cases of each test.
const CASES: usize = 500;

/// A client and a number: of an element, or how many it has.
type Pairs = Vec<(usize, usize)>;

/// Checks random cases, the same ones in every run.
fn for_random_cases(check: fn(Pairs, Pairs)) {
    let name = String::from("appends");
    let options = Options { name, seed: 1, time_limit: Duration::from_secs(3600) };
    let ended = simulate(options, Schedule::default(), move || {
        for _ in 0..CASES {
            let (elements, appended) = some_appends();
            check(elements, appended);
        }
    });
    ended.result.expect("every case holds");
}

/// Some clients' elements in some order, each client's in its own, at least one; and how many each
/// client has.
fn some_appends() -> (Pairs, Pairs) {
    let mut counts: Vec<usize> =
        (0..random_range(1..5)).map(|_| random_range(0..12_usize)).collect();
    counts[0] += 1;
    let clients = counts.iter().enumerate();
    let mut turns: Vec<usize> =
        clients.flat_map(|(client, count)| std::iter::repeat_n(client, *count)).collect();
    turns.shuffle(&mut rng());
    (numbered(&turns, counts.len()), counts.into_iter().enumerate().collect())
}

fn numbered(turns: &[usize], clients: usize) -> Vec<(usize, usize)> {
    let mut next = vec![0..; clients];
    turns.iter().filter_map(|client| Some((*client, next[*client].next()?))).collect()
}

#[test]
fn what_clients_append_in_turns_is_sound() {
    for_random_cases(|elements, appended| {
        let value = value(&elements);
        assert_eq!(check_appends(&value, appended.clone()), Ok(()));
        assert!(course_allows(&value, &appended));
    });
}

#[test]
fn one_that_is_taken_out_is_lost() {
    for_random_cases(|mut elements, appended| {
        let (client, number) = elements.remove(random_range(0..elements.len()));
        let checked = check_appends(&value(&elements), appended);
        assert_eq!(checked, Err(Disorder::Lost { element: element(client, number) }));
    });
}

#[test]
fn one_that_is_there_again_is_found() {
    for_random_cases(|mut elements, appended| {
        let first = random_range(0..elements.len());
        let again = elements[first];
        elements.insert(random_range(first + 1..=elements.len()), again);
        let checked = check_appends(&value(&elements), appended);
        let found = matches!(&checked, Err(Disorder::Duplicated { element: found, .. })
            if *found == element(again.0, again.1));
        assert!(found, "{checked:?}");
    });
}

#[test]
fn what_the_course_refuses_is_refused() {
    for_random_cases(|mut elements, appended| {
        let length = elements.len();
        for _ in 0..random_range(0..3) {
            elements.swap(random_range(0..length), random_range(0..length));
        }
        let value = value(&elements);
        let checked = check_appends(&value, appended.clone());
        assert_eq!(checked.is_ok(), course_allows(&value, &appended), "{checked:?}");
        assert!(matches!(checked, Ok(()) | Err(Disorder::OutOfOrder { .. })), "{checked:?}");
    });
}
