use super::*;

fn exited(code: i32) -> ExitStatus {
    ExitStatus::from_raw(code << 8)
}

#[test]
fn the_checkers_exit_codes_are_the_runners() {
    assert_eq!(exit_of(exited(0)), Exit::Passed);
    assert_eq!(exit_of(exited(1)), Exit::Failed);
    assert_eq!(exit_of(exited(2)), Exit::Undecided);
    assert_eq!(exit_of(exited(64)), Exit::Usage);
    assert_eq!(exit_of(exited(101)), Exit::KitFault, "cargo's code for what does not compile");
    assert_eq!(exit_of(ExitStatus::from_raw(2)), Exit::Interrupted(2));
}
