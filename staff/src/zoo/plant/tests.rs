//! Patches change a copy of the sources, one on top of the other; one that does not apply is named.

use super::*;
use crate::handout::workspace;
use std::env::temp_dir;
use std::ops::Deref;

/// A planter in a temporary directory, which is removed when this is dropped.
struct Temporary {
    planter: Planter,
    target: PathBuf,
}

impl Temporary {
    fn new(name: &str) -> Temporary {
        let target = temp_dir().join(format!("raftlab-zoo-{name}-{}", process::id()));
        let planter = Planter::new(&Course::load(), &workspace(), &target);
        fs::create_dir_all(&target).expect("the directory is writable");
        Temporary { planter: planter.expect("the workspace can be read"), target }
    }

    /// A patch that replaces the first line of a file.
    fn patch(&self, name: &str, old: &str, new: &str) -> Patch {
        let file = self.target.join(format!("{name}.patch"));
        let path = "raft/src/types.rs";
        let lines = format!("-{old}\n+{new}\n {SECOND}\n");
        let text = format!("What: {name}\n\n--- a/{path}\n+++ b/{path}\n@@ -1,2 +1,2 @@\n{lines}");
        fs::write(&file, text).expect("the directory is writable");
        Patch {
            name: name.to_owned(),
            kind: Kind::Bug,
            what: String::new(),
            file,
            bases: vec![None],
            part: String::new(),
            lab: String::new(),
            rules: Vec::new(),
            number: 1,
            level: 1,
            survives: None,
        }
    }

    fn first_line(&self, patches: &[&Patch]) -> String {
        let sources = self.planter.sources(patches).expect("they apply");
        let text = String::from_utf8_lossy(&sources[Path::new("raft/src/types.rs")]).into_owned();
        text.lines().next().unwrap_or_default().to_owned()
    }
}

impl Deref for Temporary {
    type Target = Planter;

    fn deref(&self) -> &Planter {
        &self.planter
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.target);
    }
}

const FIRST: &str =
    "//! The three numbers of the paper, each a type of its own so that they cannot be mixed:";

const SECOND: &str = "//! a [`Term`] (5.1), an [`Index`] into the log (5.3) and a [`ServerId`].";

#[test]
fn patches_are_applied_one_on_top_of_the_other() {
    let planter = Temporary::new("applied");
    assert_eq!(planter.first_line(&[]), FIRST);
    let one = planter.patch("one", FIRST, "//! one");
    let two = planter.patch("two", "//! one", "//! two");
    assert_eq!(planter.first_line(&[&one]), "//! one");
    assert_eq!(planter.first_line(&[&one, &two]), "//! two");
    assert_eq!(planter.first_line(&[]), FIRST);
}

#[test]
fn a_patch_that_does_not_apply_is_named_with_the_file() {
    let planter = Temporary::new("stale");
    let stale = planter.patch("stale", "//! something else", "//! one");
    let problem = planter.sources(&[&stale]).expect_err("no line is like that");
    assert!(problem.contains("stale.patch does not apply:\n"), "{problem}");
    assert!(problem.contains("raft/src/types.rs"), "{problem}");
}

#[test]
fn a_patch_outside_the_students_crates_does_not_apply() {
    let planter = Temporary::new("outside");
    let mut outside = planter.patch("outside", FIRST, "//! one");
    let text = fs::read_to_string(&outside.file).expect("it is there");
    outside.file.set_file_name("elsewhere.patch");
    fs::write(&outside.file, text.replace("raft/src/types.rs", "labrt/src/seed.rs"))
        .expect("the directory is writable");
    let problem = planter.sources(&[&outside]).expect_err("labrt is the kit's");
    assert!(problem.contains("labrt/src/seed.rs"), "{problem}");
}
