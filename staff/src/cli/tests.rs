//! Command lines are read as written, and mistakes are named.

use super::*;

fn parsed(line: &str) -> Result<Command, Wrong> {
    parse(line.split_whitespace().map(OsString::from))
}

#[test]
fn a_handout_has_a_place_and_may_have_a_part() {
    let (directory, through) = (PathBuf::from("../my-raft"), Some("2B".to_owned()));
    let expected = HandoutArguments { directory: directory.clone(), through: None, git: false };
    assert_eq!(parsed("handout ../my-raft"), Ok(Command::Handout(expected)));
    let expected = HandoutArguments { directory, through, git: true };
    assert_eq!(parsed("handout --git --through=2B ../my-raft"), Ok(Command::Handout(expected)));
    for line in ["handout", "handout a b", "handout --x", "handout a --through"] {
        assert!(parsed(line).is_err(), "{line}");
    }
}

#[test]
fn an_exercise_has_a_bug_and_a_place() {
    let expected = ExerciseArguments { bug: 17, directory: PathBuf::from("../hunt") };
    assert_eq!(parsed("exercise --bug 17 ../hunt"), Ok(Command::Exercise(expected)));
    for (line, expected) in [
        ("exercise ../hunt", "no bug given: "),
        ("exercise --bug 17", "no directory given: "),
        ("exercise --bug x ../hunt", "BUG (--bug) is \"x\", and must be the number of a bug"),
    ] {
        let wrong = parsed(line).expect_err("it is wrong").to_string();
        assert!(wrong.starts_with(expected), "{wrong}");
    }
}

#[test]
fn a_check_of_the_course_may_be_full() {
    assert_eq!(parsed("check-course"), Ok(Command::CheckCourse(CheckArguments::default())));
    let full = CheckArguments { full: true, seeds: NonZeroU32::new(50) };
    assert_eq!(parsed("check-course --full --seeds 50"), Ok(Command::CheckCourse(full)));
    for line in ["check-course 2A", "check-course --seeds 0", "check-course --seeds x"] {
        assert!(parsed(line).is_err(), "{line}");
    }
}

#[test]
fn a_self_test_may_have_a_number_of_seeds() {
    assert_eq!(parsed("selftest"), Ok(Command::Selftest(SelftestArguments::default())));
    let few = SelftestArguments { seeds: NonZeroU32::new(3) };
    assert_eq!(parsed("selftest --seeds=3"), Ok(Command::Selftest(few)));
    assert!(parsed("selftest TwoLeaders").is_err());
}

#[test]
fn what_the_reference_reaches_may_have_a_number_of_seeds() {
    assert_eq!(parsed("reached"), Ok(Command::Reached(ReachedArguments::default())));
    let few = ReachedArguments { seeds: NonZeroU32::new(3) };
    assert_eq!(parsed("reached --seeds=3"), Ok(Command::Reached(few)));
    assert!(parsed("reached 2A").is_err());
}

#[test]
fn the_zoo_has_three_commands() {
    let zoo = |action, seeds, today, names: &[&str]| {
        let names = names.iter().map(|&name| name.to_owned()).collect();
        Ok(Command::Zoo(ZooArguments {
            action,
            seeds: NonZeroU32::new(seeds),
            today,
            kept: false,
            names,
        }))
    };
    assert_eq!(parsed("zoo check"), zoo(ZooAction::Check, 0, false, &[]));
    assert_eq!(parsed("zoo correct --today"), zoo(ZooAction::Correct, 0, true, &[]));
    let two = zoo(ZooAction::Bugs, 200, false, &["votes-twice", "vote-forgotten"]);
    assert_eq!(parsed("zoo bugs --seeds=200 votes-twice vote-forgotten"), two);
    for line in ["zoo", "zoo votes-twice", "zoo bugs --seeds 0", "zoo bugs --full"] {
        assert!(parsed(line).is_err(), "{line}");
    }
}

#[test]
fn help_is_given_wherever_it_is_asked_for() {
    for line in ["help", "--help", "-h", "handout --help", "check-course -h"] {
        assert_eq!(parsed(line), Ok(Command::Help), "{line}");
    }
}

#[test]
fn what_is_no_command_is_named() {
    let wrong = |line| parsed(line).expect_err("it is wrong").to_string();
    assert!(wrong("hand").starts_with("no such command: hand\n"));
    assert!(wrong("").starts_with("no command given: "));
    assert!(wrong("--full").contains("--full"));
    assert!(wrong("zoo").starts_with("staff zoo needs to know what to do: use staff zoo check, "));
    assert!(wrong("zoo bug").starts_with("staff zoo bug: use staff zoo check, "));
}
