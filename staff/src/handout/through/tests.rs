//! Which parts are filled in, and how that is printed.

use super::Through;
use crate::sample;
use course::Course;

/// In the sample course: 2A, 2B and 3A.
fn through(part: &str) -> Through {
    Through::part(&sample::course(), part).expect("the part is in the sample course")
}

fn nothing() -> Through {
    Through::nothing(&sample::course())
}

#[test]
fn a_part_is_named_in_either_case_and_fills_in_those_before_it() {
    for (word, filled, open, told) in [
        ("2A", &["2A"][..], &["2B", "3A"][..], "filled in through 2A"),
        ("2b", &["2A", "2B"], &["3A"], "filled in through 2B"),
        ("3A", &["2A", "2B", "3A"], &[], "filled in through 3A"),
    ] {
        let through = through(word);
        assert_eq!((through.filled(), through.open()), (&owned(filled)[..], &owned(open)[..]));
        assert_eq!(through.to_string(), told);
    }
    assert_eq!((nothing().filled(), nothing().open().len()), (&[][..], 3));
    assert_eq!(nothing().to_string(), "nothing filled in");
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

#[test]
fn a_word_that_is_no_graded_part_is_refused_with_those_that_are() {
    let course = Course::load();
    for word in ["9Z", "2", "", "2A ", "beyond-2A"] {
        let expected = format!("there is no part {word:?}; the parts are 2A, 2B, 2C, 2D, 3A, 3B");
        assert_eq!(Through::part(&course, word), Err(expected));
    }
}

#[test]
fn every_tree_is_nothing_filled_in_and_each_part() {
    let all = Through::all(&sample::course());
    assert_eq!(all, [nothing(), through("2A"), through("2B"), through("3A")]);
}

#[test]
fn a_part_has_a_place_in_the_course_or_is_none() {
    let position = |part: &str| nothing().position(part);
    assert_eq!([position("2A"), position("2B"), position("3A")], [Ok(0), Ok(1), Ok(2)]);
    assert_eq!(position("9Z"), Err("there is no part \"9Z\"; the parts are 2A, 2B, 3A".to_owned()));
}
