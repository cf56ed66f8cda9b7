//! Headers are read, and what is missing in one is named.

use super::*;
use crate::handout::workspace;
use crate::sample;
use harness::checks::Property;
use rules::Rule;

const BUG: &str = "\
What: a server votes
  twice
Part: 2A
Rule: one vote a term; terms never go back
Paper: 5.2
Base: reference, naive

diff --git a/raft/src/election.rs b/raft/src/election.rs
";

fn read(kind: Kind, text: &str) -> Result<Patch, String> {
    Patch::read(kind, Path::new("zoo/bugs/votes-twice.patch"), text, &sample::course())
}

#[test]
fn a_header_is_read() {
    let bug = read(Kind::Bug, BUG).expect("it is whole");
    assert_eq!((bug.name.as_str(), bug.part.as_str()), ("votes-twice", "2A"));
    assert_eq!(bug.rules, ["one vote a term", "terms never go back"]);
    assert_eq!(bug.bases, [None, Some("naive".to_owned())]);
    let variation = read(Kind::Correct, "What: slow\n\ndiff").expect("it is whole");
    assert_eq!((variation.bases, variation.rules), (vec![None], Vec::new()));
}

#[test]
fn a_value_may_go_on_in_further_lines() {
    let fields = fields(BUG).expect("it is whole");
    assert_eq!(fields[0], ("What".to_owned(), "a server votes twice".to_owned()));
    assert_eq!(fields.len(), 5);
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
        (BUG.replace("2A", "2Z"), "there is no part \"2Z\""),
        (BUG.replace("Base:", "Basis:"), "no field is called \"Basis\"; there are What, "),
        (BUG.replace("Part: ", "Part "), "\"Part 2A\" is no field of a header"),
        (format!("  {BUG}"), "\"  What: a server votes\" is no field of a header"),
    ] {
        let problem = read(Kind::Bug, &text).expect_err("it is wrong");
        assert!(problem.starts_with(expected), "{problem}");
    }
}

#[test]
fn a_base_is_a_correct_variation_of_the_reference() {
    let patch = |kind, name: &str, base: Option<&str>| Patch {
        name: name.to_owned(),
        kind,
        file: PathBuf::from(name),
        bases: vec![base.map(str::to_owned)],
        part: String::new(),
        rules: Vec::new(),
    };
    let zoo = Zoo(vec![
        patch(Kind::Correct, "naive", None),
        patch(Kind::Correct, "eager", Some("naive")),
        patch(Kind::Correct, "round", Some("about")),
        patch(Kind::Correct, "about", Some("round")),
        patch(Kind::Bug, "votes-twice", Some("naive")),
    ]);
    for (base, is_one) in [(None, true), (Some("eager"), true), (Some("round"), false)] {
        assert_eq!(zoo.has_its_bases(&patch(Kind::Bug, "new", base)).is_ok(), is_one, "{base:?}");
    }
    for base in ["votes-twice", "missing"] {
        assert!(zoo.has_its_bases(&patch(Kind::Bug, "new", Some(base))).is_err(), "{base}");
    }
    let bug = zoo.find(Kind::Bug, "votes-twice").expect("it is there");
    let names = |base| zoo.stack(bug, base).iter().map(|it| it.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(None), ["votes-twice"]);
    assert_eq!(names(Some("eager")), ["naive", "eager", "votes-twice"]);
}

#[test]
fn every_patch_of_the_zoo_has_a_header() {
    let zoo = Zoo::read(&workspace(), &Course::load()).expect("all headers are whole");
    assert!(zoo.of(Kind::Correct).count() >= 12);
    assert!(zoo.of(Kind::Bug).count() >= 20);
}

/// No rule says so: nothing that a server does on the wire contradicts anything.
const TIMING: &str = "who resets the election timer";

#[test]
fn rules_are_named_as_failures_name_them() {
    let rules = [
        Rule::OneVote,
        Rule::Elected,
        Rule::CommitsOwnTerm,
        Rule::CommitsMajority,
        Rule::CommitsMatched,
        Rule::Keeps,
        Rule::UpToDate,
        Rule::Has,
        Rule::Stale,
        Rule::Terms,
        Rule::AppendOnly,
        Rule::LogMatching,
        Rule::SavedFirst,
        Rule::Snapshots,
    ];
    let properties = [Property::MonotonicTerms, Property::NothingVanishes];
    let mut claims: Vec<&str> = rules.iter().map(|rule| rule.claim()).collect();
    claims.extend(properties.iter().map(|property| property.claim()));
    claims.push(TIMING);
    let zoo = Zoo::read(&workspace(), &Course::load()).expect("all headers are whole");
    for bug in zoo.of(Kind::Bug) {
        for rule in &bug.rules {
            assert!(claims.contains(&rule.as_str()), "{}: {rule:?}", bug.name);
        }
    }
}
