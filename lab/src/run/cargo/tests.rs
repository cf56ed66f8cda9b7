//! The needed binaries, and those that Cargo says it built.

use super::{Executable, executables_in, needed};
use crate::sample;
use std::path::PathBuf;

#[test]
fn binaries_are_built_by_package_and_each_once() {
    let course = sample::course();
    let needed = needed(&sample::all(&course));
    let binaries: Vec<&str> = needed["tests"].iter().copied().collect();
    assert_eq!(needed.len(), 1);
    assert_eq!(binaries, ["part_2a", "part_2b", "part_3a"]);
}

#[test]
fn test_binaries_are_found_among_cargos_messages() {
    let artifact = |kind: &str, name: &str, executable: &str, package: &str| {
        format!(r#"{{"reason":"compiler-artifact","target":{{"kind":["{kind}"],"name":"{name}"}},"#)
            + &format!(r#""executable":{executable},"manifest_path":"/kit/{package}/Cargo.toml"}}"#)
    };
    let messages = [
        artifact("lib", "raft", "null", "raft"),
        "a build script's print".to_owned(),
        artifact("bin", "part_2a", r#""/bin""#, "raft"),
        artifact("test", "part_2a", r#""/target/part_2a-1""#, "tests/raft-tests"),
        r#"{"reason":"build-finished","success":true}"#.to_owned(),
    ];
    let executables = executables_in(messages.join("\n").as_bytes());
    let executable = Executable {
        file: PathBuf::from("/target/part_2a-1"),
        directory: PathBuf::from("/kit/tests/raft-tests"),
    };
    assert_eq!(
        executables.into_iter().collect::<Vec<_>>(),
        [(String::from("part_2a"), executable)]
    );
}
