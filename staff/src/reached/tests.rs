//! The table is read as it was written.

use super::{HEADING, table_of};
use crate::handout::workspace;
use crate::results::Results;
use course::{Reference, Situation};

fn results(of_runs: &[&str]) -> Results {
    let run = |reached: &&str| {
        format!(
            r#"{{"verdict":"pass","what":null,"seed":1,"files":null,"wall_seconds":1.0,
                "simulated":{{"virtual_seconds":3.0{reached}}}}}"#
        )
    };
    let runs: Vec<String> = of_runs.iter().map(run).collect();
    let json = format!(r#"{{"tests":[{{"name":"count_2b","runs":[{}]}}]}}"#, runs.join(","));
    Results::read(json.as_bytes()).expect("the sample is well formed")
}

#[test]
fn the_table_is_read_as_written() {
    let conflicts = r#","reached":["conflicts"]"#;
    let both = r#","reached":["split votes","conflicts"]"#;
    let rows = table_of("count_2b", &results(&[conflicts, both, r#","reached":[]"#, conflicts]));
    let table = HEADING.to_owned() + &rows.expect("all runs tell");
    let reference = Reference::read(&table).expect("it is well formed");
    assert_eq!(reference.tests().collect::<Vec<_>>(), ["count_2b"]);
    assert_eq!(reference.share("count_2b", Situation::Conflicts), 0.75);
    assert_eq!(reference.share("count_2b", Situation::SplitVotes), 0.25);
    assert_eq!(reference.share("count_2b", Situation::Duplicates), 0.0);
}

#[test]
fn a_test_that_reaches_nothing_is_in_the_table() {
    let rows = table_of("count_2b", &results(&[r#","reached":[]"#])).expect("all runs tell");
    let reference = Reference::read(&rows).expect("it is well formed");
    assert_eq!(reference.tests().collect::<Vec<_>>(), ["count_2b"]);
}

#[test]
fn a_run_that_does_not_say_is_an_error() {
    let problem = table_of("count_2b", &results(&[""])).expect_err("it says nothing");
    assert_eq!(problem, "count_2b: a run does not say what it reached");
}

#[test]
fn the_guide_explains_every_situation() {
    let page =
        std::fs::read_to_string(workspace().join("docs/simulation.md")).expect("it is there");
    for situation in Situation::ALL {
        let row = format!("\n| {situation} | ");
        assert!(page.contains(&row), "docs/simulation.md has no row for {situation:?}");
    }
}
