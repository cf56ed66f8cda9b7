use super::{TestProcess, quoted};
use crate::cargo::Executable;
use crate::verdict::Limits;
use course::Mode;
use std::path::PathBuf;
use std::time::Duration;

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
    let time = Duration::from_secs(120);
    let limits = Limits { time, grace: Duration::ZERO, memory_mib: 1024 };
    let process = TestProcess::new(&executable, "figure_8_2c", Mode::Sim, limits);
    let line = process
        .with("LAB_SEEDS", "7..8")
        .under_debugger("gdb --args", &[("PCT", String::from("3"))]);
    assert_eq!(
        line,
        "env LAB_CHILD=1 MODE=sim LAB_TIME_LIMIT=120 LAB_MEMORY_MIB=1024 LAB_SEEDS=7..8 PCT=3 gdb \
         --args '/the target/part_2c-1' --exact figure_8_2c --nocapture --test-threads=1"
    );
}
