//! The tree in which the broken crates stand in the students' place.

use super::*;

#[test]
fn the_broken_crates_stand_where_the_students_are_and_the_real_ones_beside_them() {
    let everything = Through::nothing(&Course::load()).everything();
    let tree = broken_tree(&workspace(), &everything).expect("all is there");
    let text = |path: &str| String::from_utf8_lossy(&tree[Path::new(path)]).into_owned();
    for name in STUDENT_CRATES {
        let manifest = text(&format!("{name}/Cargo.toml"));
        assert!(manifest.contains(&format!("real-{name}.path = \"../real-{name}\"")), "{manifest}");
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{manifest}");
        let real = text(&format!("real-{name}/Cargo.toml"));
        assert!(real.contains(&format!("name = \"real-{name}\"")), "{real}");
        assert!(text(&format!("{name}/src/lib.rs")).contains("broken on purpose"));
    }
    assert!(tree.contains_key(Path::new("real-raft/src/election.rs")));
    assert!(!tree.contains_key(Path::new("raft/src/election.rs")));
    assert!(!tree.keys().any(|path| path.starts_with("staff")));
}

#[test]
fn every_bug_has_a_test_of_the_course() {
    let course = Course::load();
    for bug in &BUGS {
        assert!(course.tests().any(|(_, test)| test.name == bug.test), "{}", bug.test);
    }
}
