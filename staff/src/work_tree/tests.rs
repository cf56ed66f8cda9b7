//! A tree replaces the one before it, settings do not reach it, and Cargo's messages are read.

use super::*;
use crate::handout::workspace;
use std::env::temp_dir;
use std::process;
use std::time::SystemTime;

/// A work tree in a temporary directory, which is removed when this is dropped.
struct Temporary {
    directory: PathBuf,
    work_tree: WorkTree,
}

impl Temporary {
    fn new(name: &str) -> Temporary {
        let directory = temp_dir().join(format!("raftlab-work-tree-{name}-{}", process::id()));
        let work_tree = WorkTree::in_target(&directory).expect("the directory is writable");
        Temporary { directory, work_tree }
    }

    fn written(&self, path: &str) -> SystemTime {
        let file = fs::metadata(self.work_tree.tree.join(path)).expect("the file exists");
        file.modified().expect("the file system has times of change")
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

fn tree(files: &[(&str, &str)]) -> Tree {
    let owned = |(path, text): &(&str, &str)| (PathBuf::from(path), text.as_bytes().to_vec());
    files.iter().map(owned).collect()
}

#[test]
fn a_tree_replaces_the_one_before_it() {
    let temporary = Temporary::new("replaces");
    let first = tree(&[("a/same.rs", "1"), ("a/changed.rs", "1"), ("b/gone.rs", "1")]);
    temporary.work_tree.replace(&first).expect("the directory is writable");
    assert_eq!(temporary.work_tree.read(), Ok(first));
    let second = tree(&[("a/same.rs", "1"), ("a/changed.rs", "2"), ("c/new.rs", "2")]);
    temporary.work_tree.replace(&second).expect("the directory is writable");
    assert_eq!(temporary.work_tree.read(), Ok(second));
}

#[test]
fn what_is_the_same_is_not_written_again() {
    let temporary = Temporary::new("same");
    temporary
        .work_tree
        .replace(&tree(&[("same.rs", "1"), ("other.rs", "1")]))
        .expect("the directory is writable");
    let long_ago = SystemTime::UNIX_EPOCH;
    for path in ["same.rs", "other.rs"] {
        let file = fs::File::options().append(true).open(temporary.work_tree.tree.join(path));
        file.and_then(|file| file.set_modified(long_ago)).expect("the directory is writable");
    }
    temporary
        .work_tree
        .replace(&tree(&[("same.rs", "1"), ("other.rs", "2")]))
        .expect("the directory is writable");
    assert_eq!(temporary.written("same.rs"), long_ago);
    assert_ne!(temporary.written("other.rs"), long_ago);
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
    let temporary = Temporary::new("settings");
    let command = temporary.work_tree.command("make");
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
    let temporary = Temporary::new("missing");
    let mut missing = temporary.work_tree.command("/no/such/program");
    let problem = temporary.work_tree.run(&mut missing).expect_err("there is none");
    assert!(problem.starts_with("/no/such/program cannot be started: "), "{problem}");
    assert_eq!(Problem::from(problem.clone()), Problem::NotChecked(problem));
}

#[test]
fn a_problem_is_problem_with_where_it_was_met_and_keeps_its_kind() {
    let found = Problem::Found("two leaders".to_owned());
    assert_eq!(found.at("2A"), Problem::Found("2A: two leaders".to_owned()));
    let not_checked = Problem::NotChecked("no space left".to_owned());
    assert_eq!(not_checked.at("2A"), Problem::NotChecked("2A: no space left".to_owned()));
}
