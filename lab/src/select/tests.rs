//! Words select tests; unknown words get suggestions.

use super::select;
use crate::sample;

fn names(words: &[&str]) -> Result<Vec<String>, String> {
    let course = sample::course();
    let words: Vec<String> = words.iter().map(ToString::to_string).collect();
    let selected = select(&course, &words).map_err(|unknown| unknown.to_string())?;
    Ok(selected.iter().map(|selected| selected.test.name.clone()).collect())
}

#[test]
fn a_word_is_a_part_a_lab_or_a_test() {
    let selected = |word| names(&[word]).expect("the word is known");
    assert_eq!(selected("2A"), ["initial_2a", "many_2a"]);
    assert_eq!(selected("2a"), ["initial_2a", "many_2a"]);
    assert_eq!(selected("2"), ["initial_2a", "many_2a", "agree_2b", "rejoin_2b"]);
    assert_eq!(selected("rejoin_2b"), ["rejoin_2b"]);
}

#[test]
fn several_words_give_each_test_once_in_course_order() {
    let selected = names(&["rejoin_2b", "2A", "many_2a"]).expect("all are known");
    assert_eq!(selected, ["initial_2a", "many_2a", "rejoin_2b"]);
}

#[test]
fn an_unknown_word_is_refused_with_the_valid_ones() {
    let refusal = names(&["2A", "9Z"]).expect_err("there is no part 9Z");
    assert_eq!(
        refusal,
        "no part or test is called \"9Z\"\n\n\
         parts  2 3 2A 2B 3A\n\
         tests  initial_2a many_2a\n       agree_2b rejoin_2b\n       clients_3a"
    );
    let refusal = names(&[]).expect_err("nothing is named");
    assert!(refusal.starts_with("which tests? Name a part"), "{refusal}");
    assert!(names(&[""]).is_err());
    assert!(names(&["REJOIN_2B"]).is_err());
}

#[test]
fn a_near_miss_is_put_right() {
    for (word, meant) in [
        ("rejion_2b", "rejoin_2b"),
        ("rejoin", "rejoin_2b"),
        ("REJOIN_2B", "rejoin_2b"),
        ("agree-2b", "agree_2b"),
        ("2AB", "2A"),
    ] {
        let refusal = names(&[word]).expect_err("the word is wrong");
        assert!(refusal.contains(&format!("did you mean {meant}?")), "{word}: {refusal}");
    }
    let refusal = names(&["zzz"]).expect_err("the word is wrong");
    assert!(!refusal.contains("did you mean"), "{refusal}");
}
