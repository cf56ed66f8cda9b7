//! Headers are read, and what is missing in one is named.

use super::*;
use crate::handout::workspace;
use crate::sample;

const BUG: &str = "\
What: a server votes
  twice
Number: 17
Level: 3
Part: 2A
Rule: one vote a term; terms never go back
Paper: 5.2
Base: reference, naive

diff --git a/raft/src/election.rs b/raft/src/election.rs
+        crate::planted::fired(granted);
";

fn read(kind: Kind, text: &str) -> Result<Patch, String> {
    let claims = Claims::of(&["one vote a term", "terms never go back", "no agreement on {}: {}"]);
    let known = Known { course: &sample::course(), claims: &claims };
    Patch::read(kind, Path::new("zoo/bugs/votes-twice.patch"), text, &known)
}

#[test]
fn a_header_is_read() {
    let bug = read(Kind::Bug, BUG).expect("it is whole");
    assert_eq!((bug.name.as_str(), bug.part.as_str()), ("votes-twice", "2A"));
    assert_eq!(bug.rules, ["one vote a term", "terms never go back"]);
    assert_eq!(bug.bases, [None, Some("naive".to_owned())]);
    assert_eq!((bug.number, bug.level, bug.survives), (17, 3, None));
    let numbers = BUG.replace("one vote a term", "no agreement on 17");
    assert_eq!(
        read(Kind::Bug, &numbers).expect("it is whole").rules[0],
        "no agreement on N",
        "numbers in a claim do not count"
    );
    let survivor = BUG.replace("Paper: 5.2", "Paper: 5.2\nSurvives: it waits;\n  tried: 200 seeds");
    let survives = read(Kind::Bug, &survivor).expect("it is whole").survives;
    assert_eq!(survives.as_deref(), Some("it waits; tried: 200 seeds"));
    let variation = read(Kind::Correct, "What: slow\n\ndiff").expect("it is whole");
    assert_eq!((variation.bases, variation.rules), (vec![None], Vec::new()));
}

#[test]
fn a_value_may_go_on_in_further_lines() {
    let fields = Fields::read(BUG).expect("it is whole");
    assert_eq!(fields.value("What"), "a server votes twice");
    assert_eq!(fields.value("Survives"), "");
    assert_eq!(fields.0.len(), 7);
}

#[test]
fn what_is_wrong_with_a_header_is_said() {
    let without = |field: &str| {
        let kept = BUG.split_inclusive('\n').filter(|line| !line.starts_with(field));
        kept.collect::<String>()
    };
    for (text, expected) in [
        (without("Rule"), "the header has no field \"Rule\""),
        (without("Paper"), "the header has no field \"Paper\""),
        (without("Number"), "the header has no field \"Number\""),
        (BUG.replace("17", "0"), "Number is \"0\", and must be a number from 1 to "),
        (BUG.replace("17", "four"), "Number is \"four\", and must be a number from 1 to "),
        (BUG.replace("Level: 3", "Level: 4"), "Level is \"4\", and must be a number from 1 to 3"),
        (BUG.replace("2A", "2Z"), "there is no part \"2Z\"; there are 2A, 2B, 3A"),
        (BUG.replace("one vote", "two votes"), "no failure begins with \"two votes a term\"; "),
        (BUG.replace("fired(", "fires("), "the patch does not say where its mistake takes effect"),
        (BUG.replace("Base:", "Basis:"), "no field is called \"Basis\"; there are What, Number"),
        (BUG.replace("Part: ", "Part "), "\"Part 2A\" is no field of a header"),
        (format!("  {BUG}"), "\"  What: a server votes\" is no field of a header"),
    ] {
        let problem = read(Kind::Bug, &text).expect_err("it is wrong");
        assert!(problem.starts_with(expected), "{problem}");
    }
}

fn patch(kind: Kind, name: &str, number: u32, base: Option<&str>) -> Patch {
    Patch {
        name: name.to_owned(),
        kind,
        what: String::new(),
        file: PathBuf::from(name),
        bases: vec![base.map(str::to_owned)],
        part: String::new(),
        lab: String::new(),
        rules: Vec::new(),
        number,
        level: 1,
        survives: None,
    }
}

#[test]
fn a_base_is_a_correct_variation_of_the_reference() {
    let zoo = Zoo(vec![
        patch(Kind::Correct, "naive", 0, None),
        patch(Kind::Correct, "eager", 0, Some("naive")),
        patch(Kind::Correct, "round", 0, Some("about")),
        patch(Kind::Correct, "about", 0, Some("round")),
        patch(Kind::Bug, "votes-twice", 1, Some("naive")),
    ]);
    for (base, is_one) in [(None, true), (Some("eager"), true), (Some("round"), false)] {
        let bug = patch(Kind::Bug, "new", 2, base);
        assert_eq!(zoo.has_its_bases(&bug).is_ok(), is_one, "{base:?}");
    }
    for base in ["votes-twice", "missing"] {
        assert!(zoo.has_its_bases(&patch(Kind::Bug, "new", 2, Some(base))).is_err(), "{base}");
    }
    let bug = zoo.find(Kind::Bug, "votes-twice").expect("it is there");
    let names = |base| zoo.stack(bug, base).iter().map(|it| it.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(None), ["votes-twice"]);
    assert_eq!(names(Some("eager")), ["naive", "eager", "votes-twice"]);
}

#[test]
fn two_bugs_of_one_number_are_both_named() {
    let one = patch(Kind::Bug, "one.patch", 1, None);
    let two = patch(Kind::Bug, "two.patch", 1, None);
    let problem = Zoo(vec![one, two]).has_each_number_once().expect_err("both are 1");
    assert_eq!(problem, "one.patch and two.patch both have number 1; 2 is free");
    let numbered = |name, number| patch(Kind::Bug, name, number, None);
    assert_eq!(Zoo(vec![numbered("one", 1), numbered("two", 2)]).has_each_number_once(), Ok(()));
}

#[test]
fn every_patch_of_the_zoo_has_a_header() {
    let zoo = Zoo::read(&workspace(), &Course::load()).expect("all headers are whole");
    assert!(zoo.of(Kind::Correct).count() >= 12);
    assert!(zoo.of(Kind::Bug).count() >= 20);
}
