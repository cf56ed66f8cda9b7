//! Lost, duplicated, misplaced and foreign elements are found; and whatever the course's rule
//! refuses is refused.

use super::*;
use labrt::rand::seq::SliceRandom;
use labrt::rand::{Rng, RngExt, seeded};

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
    for (elements, report) in [
        (&SOUND[..4], "the append of \"x 7 1 y\" is not there: it is lost, or the read is stale"),
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
        assert_eq!(disorder(elements).as_deref(), Some(report));
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

/// How many cases each of the rules below is tried on. (Not by proptest: a dependency of this
/// package would be compiled before a student's first test of Lab 3.)
const CASES: u64 = 500;

/// Some clients' elements in some order, each client's in its own; and how many each has.
fn some_appends(rng: &mut impl Rng) -> (Vec<(usize, usize)>, Vec<usize>) {
    let counts: Vec<usize> = (0..rng.random_range(1..5)).map(|_| rng.random_range(0..12)).collect();
    let clients = counts.iter().enumerate();
    let mut turns: Vec<usize> =
        clients.flat_map(|(client, count)| std::iter::repeat_n(client, *count)).collect();
    turns.shuffle(rng);
    (numbered(&turns, counts.len()), counts)
}

/// The same, with one element at least.
fn an_append_at_least(rng: &mut impl Rng) -> (Vec<(usize, usize)>, Vec<usize>) {
    loop {
        let (elements, counts) = some_appends(rng);
        if !elements.is_empty() {
            return (elements, counts);
        }
    }
}

fn numbered(turns: &[usize], clients: usize) -> Vec<(usize, usize)> {
    let mut next = vec![0..; clients];
    turns.iter().filter_map(|client| Some((*client, next[*client].next()?))).collect()
}

fn counted(counts: &[usize]) -> Vec<(usize, usize)> {
    counts.iter().copied().enumerate().collect()
}

#[test]
fn what_clients_append_in_turns_is_sound() {
    for seed in 0..CASES {
        let (elements, counts) = some_appends(&mut seeded(seed));
        let (value, appended) = (value(&elements), counted(&counts));
        assert_eq!(check_appends(&value, appended.clone()), Ok(()), "seed {seed}");
        assert!(course_allows(&value, &appended), "seed {seed}");
    }
}

#[test]
fn one_that_is_taken_out_is_lost() {
    for seed in 0..CASES {
        let rng = &mut seeded(seed);
        let (mut elements, counts) = an_append_at_least(rng);
        let (client, number) = elements.remove(rng.random_range(0..elements.len()));
        let checked = check_appends(&value(&elements), counted(&counts));
        let element = element(client, number);
        let lost = match number + 1 < counts[client] {
            true => Disorder::Lost { element },
            false => Disorder::Behind { element },
        };
        assert_eq!(checked, Err(lost), "seed {seed}");
    }
}

#[test]
fn one_that_is_there_again_is_named() {
    for seed in 0..CASES {
        let rng = &mut seeded(seed);
        let (mut elements, counts) = an_append_at_least(rng);
        let first = rng.random_range(0..elements.len());
        let again = elements[first];
        elements.insert(rng.random_range(first + 1..=elements.len()), again);
        let checked = check_appends(&value(&elements), counted(&counts));
        let is_named = matches!(&checked, Err(Disorder::Duplicated { element: found, .. })
            if *found == element(again.0, again.1));
        assert!(is_named, "seed {seed}: {checked:?}");
    }
}

#[test]
fn what_the_course_refuses_is_refused() {
    for seed in 0..CASES {
        let rng = &mut seeded(seed);
        let (mut elements, counts) = an_append_at_least(rng);
        let length = elements.len();
        for _ in 0..rng.random_range(0..3) {
            elements.swap(rng.random_range(0..length), rng.random_range(0..length));
        }
        let (value, appended) = (value(&elements), counted(&counts));
        let checked = check_appends(&value, appended.clone());
        let allowed = course_allows(&value, &appended);
        assert_eq!(checked.is_ok(), allowed, "seed {seed}: {checked:?}");
        let named = matches!(checked, Ok(()) | Err(Disorder::OutOfOrder { .. }));
        assert!(named, "seed {seed}: {checked:?}");
    }
}
