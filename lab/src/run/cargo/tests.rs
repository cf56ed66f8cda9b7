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
    let messages = r#"
{"reason":"compiler-artifact","target":{"kind":["lib"],"name":"raft"},"executable":null,"manifest_path":"/kit/raft/Cargo.toml"}
a build script's print
{"reason":"compiler-artifact","target":{"kind":["bin"],"name":"part_2a"},"executable":"/bin","manifest_path":"/kit/raft/Cargo.toml"}
{"reason":"compiler-artifact","target":{"kind":["test"],"name":"part_2a"},"executable":"/target/part_2a-1","manifest_path":"/kit/tests/raft-tests/Cargo.toml"}
{"reason":"build-finished","success":true}
"#;
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
