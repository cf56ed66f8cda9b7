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

/// Cargo's message about what it has built.
fn artifact(kind: &str, name: &str, executable: &str, package: &str) -> String {
    let target = format!(r#"{{"kind":["{kind}"],"name":"{name}"}}"#);
    let files = format!(r#""executable":{executable},"manifest_path":"{package}/Cargo.toml""#);
    format!(r#"{{"reason":"compiler-artifact","target":{target},{files}}}"#)
}

#[test]
fn test_binaries_are_found_among_cargos_messages() {
    let messages = [
        artifact("lib", "raft", "null", "/kit/raft"),
        String::from("a build script's print"),
        artifact("bin", "part_2a", "\"/bin\"", "/kit/raft"),
        artifact("test", "part_2a", "\"/target/part_2a-1\"", "/kit/tests/raft-tests"),
        String::from(r#"{"reason":"build-finished","success":true}"#),
    ]
    .join("\n");
    let executables = executables_in(messages.as_bytes());
    let executable = Executable {
        file: PathBuf::from("/target/part_2a-1"),
        directory: PathBuf::from("/kit/tests/raft-tests"),
    };
    assert_eq!(
        executables.into_iter().collect::<Vec<_>>(),
        [(String::from("part_2a"), executable)]
    );
}
