//! One tree takes another's place, and what Cargo says is understood.

use super::*;
use crate::handout::workspace;
use std::env::temp_dir;
use std::process;
use std::time::SystemTime;

/// A place in a directory of its own, removed when it is dropped.
struct Here(PathBuf, Place);

impl Here {
    fn new(name: &str) -> Here {
        let target = temp_dir().join(format!("raftlab-place-{name}-{}", process::id()));
        let place = Place::in_target(&target).expect("it is ours");
        Here(target, place)
    }

    fn written(&self, path: &str) -> SystemTime {
        let file = fs::metadata(self.1.tree.join(path)).expect("it is there");
        file.modified().expect("the system knows")
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn tree(files: &[(&str, &str)]) -> Tree {
    let owned = |(path, text): &(&str, &str)| (PathBuf::from(path), text.as_bytes().to_vec());
    files.iter().map(owned).collect()
}

#[test]
fn a_tree_takes_the_place_of_the_last_one() {
    let here = Here::new("replaces");
    let first = tree(&[("a/same.rs", "1"), ("a/changed.rs", "1"), ("b/gone.rs", "1")]);
    here.1.replace(&first).expect("it is ours");
    assert_eq!(here.1.tree(), Ok(first));
    let second = tree(&[("a/same.rs", "1"), ("a/changed.rs", "2"), ("c/new.rs", "2")]);
    here.1.replace(&second).expect("it is ours");
    assert_eq!(here.1.tree(), Ok(second));
}

#[test]
fn what_is_the_same_is_not_written_again() {
    let here = Here::new("same");
    here.1.replace(&tree(&[("same.rs", "1"), ("other.rs", "1")])).expect("it is ours");
    let long_ago = SystemTime::UNIX_EPOCH;
    for path in ["same.rs", "other.rs"] {
        let file = fs::File::options().append(true).open(here.1.tree.join(path));
        file.and_then(|file| file.set_modified(long_ago)).expect("it is ours");
    }
    here.1.replace(&tree(&[("same.rs", "1"), ("other.rs", "2")])).expect("it is ours");
    assert_eq!(here.written("same.rs"), long_ago);
    assert_ne!(here.written("other.rs"), long_ago);
}

#[test]
fn a_warning_is_found_among_cargos_messages() {
    let artifact = r#"{"reason":"compiler-artifact","target":{"name":"raft"}}"#;
    let message = |level: &str| {
        format!(
            "{{\"reason\":\"compiler-message\",\
             \"message\":{{\"level\":\"{level}\",\"rendered\":\"{level}: x\"}}}}"
        )
    };
    let messages = |lines: &[&str]| first_warning(lines.join("\n").as_bytes());
    assert_eq!(messages(&[artifact, "no JSON", ""]), None);
    assert_eq!(messages(&[artifact, &message("note")]), None);
    for level in ["warning", "error"] {
        assert_eq!(messages(&[artifact, &message(level)]), Some(format!("{level}: x")));
    }
}

#[test]
fn what_is_set_for_this_run_does_not_reach_the_trees() {
    let here = Here::new("settings");
    let command = here.1.command("make");
    let cleared: Vec<_> = command.get_envs().filter(|(_, value)| value.is_none()).collect();
    let is_cleared = |name: &str| cleared.iter().any(|(cleared, _)| *cleared == name);
    let makefile = workspace().join("Makefile");
    let makefile = fs::read_to_string(makefile).expect("the workspace has a Makefile");
    // `make help` describes each setting in a line of its own, which its name begins.
    let lines = makefile.lines().filter_map(|line| line.strip_prefix("\t@echo \"  "));
    let names = lines.filter_map(|line| Some(line.split_once('=')?.0));
    let settings: Vec<_> = names.filter(|name| !name.contains(' ')).collect();
    assert!(settings.contains(&"SEEDS") && settings.len() > 9, "{settings:?}");
    let left: Vec<_> = settings.iter().filter(|name| !is_cleared(name)).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_program_that_cannot_be_started_is_no_fault_of_the_tree() {
    let here = Here::new("missing");
    let mut missing = here.1.command("/no/such/program");
    let told = here.1.run(&mut missing).expect_err("there is none");
    assert!(told.starts_with("/no/such/program cannot be started: "), "{told}");
    assert_eq!(Problem::from(told.clone()), Problem::NotChecked(told));
}

#[test]
fn a_problem_is_told_with_where_it_was_met_and_keeps_its_kind() {
    let found = Problem::Found("two leaders".to_owned());
    assert_eq!(found.at("2A"), Problem::Found("2A: two leaders".to_owned()));
    let not_checked = Problem::NotChecked("no space left".to_owned());
    assert_eq!(not_checked.at("2A"), Problem::NotChecked("2A: no space left".to_owned()));
}
