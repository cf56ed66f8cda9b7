//! The command line for a debugger.

use super::{TestProcess, quoted};
use crate::run::cargo::Executable;
use course::{Mode, Policy, Role, Seeds, Simulation, TestRequest};
use std::path::PathBuf;

#[test]
fn words_are_quoted_for_a_shell_where_need_be() {
    for (word, for_shell) in [
        ("a-b/c.d=1", "a-b/c.d=1"),
        ("", "''"),
        ("two words", "'two words'"),
        ("it's", r"'it'\''s'"),
    ] {
        assert_eq!(quoted(word), for_shell);
    }
}

#[test]
fn the_debugger_is_given_the_whole_environment_of_the_process() {
    let file = PathBuf::from("/the target/part_2c-1");
    let executable = Executable { file, directory: PathBuf::from("/kit") };
    let request = TestRequest {
        role: Role::Child,
        mode: Mode::Sim,
        seeds: Some(Seeds::one(7)),
        simulation: Simulation { policy: Some(Policy::Pct { depth: 3 }), ..Simulation::default() },
        only_last: true,
        ..TestRequest::default()
    };
    let process = TestProcess { executable: &executable, test: "figure_8_2c", request };
    let line = process.under_debugger("gdb --args");
    assert_eq!(
        line,
        "env LAB_CHILD=1 MODE=sim LAB_SEEDS=7..8 LAB_LAST=1 PCT=3 gdb --args \
         '/the target/part_2c-1' --exact figure_8_2c --nocapture --test-threads=1"
    );
}
