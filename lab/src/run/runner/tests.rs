//! One run, with scripts for test binaries.

use super::{Runner, draw_seed};
use crate::run::artifacts::Artifacts;
use crate::run::cargo::{Executable, Executables};
use crate::run::process_group::ProcessGroups;
use crate::run::verdict::{Limits, RunVerdict};
use crate::sample::{self, Directory};
use course::TestRequest;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// Runs `initial_2a` of the sample course by the fake test binary, which then behaves as `FAKE_..`
/// in the environment says: not at all, here, for lack of it. So it passes.
fn run(file: &Path, limits: Limits, name: &str) -> super::RunResult {
    let course = sample::course();
    let selected = sample::all(&course)[0];
    let directory = Directory::new(name);
    let artifacts = Artifacts::open(&directory).expect("the directory is writable");
    let process_groups = ProcessGroups::default();
    let mut executables = Executables::default();
    let executable = Executable { file: file.to_path_buf(), directory: std::env::temp_dir() };
    executables.insert(&selected.part.package, &selected.part.binary, executable);
    let (executables, process_groups, artifacts) = (&executables, &process_groups, &artifacts);
    let request = TestRequest::default();
    let runner =
        Runner { executables, process_groups, artifacts, limits, request, seed: None, keep: false };
    thread::scope(|scope| {
        let running = scope.spawn(|| runner.run(&selected, 1));
        while !running.is_finished() {
            process_groups.kill_overdue(Instant::now());
            thread::sleep(Duration::from_millis(10));
        }
        running.join().expect("no panic").expect("it was not stopped")
    })
}

fn limits(milliseconds: u64) -> Limits {
    let time = Duration::from_millis(milliseconds);
    Limits { time, grace: Duration::from_millis(200), memory_mib: 64 }
}

fn fake(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake").join(name)
}

#[test]
fn a_run_that_passes_has_its_figures_and_no_files() {
    let result = run(&fake("test-binary"), limits(60_000), "passes");
    assert_eq!((result.verdict, result.lines.len(), result.kept), (RunVerdict::Pass, 1, None));
    assert!(result.wall > Duration::ZERO && result.usage.peak_memory > 0);
}

#[test]
fn a_run_that_neither_ends_nor_reports_is_killed() {
    // Waits for the end of its input, which does not come.
    let result = run(&fake("hanging-binary"), limits(100), "hangs");
    assert_eq!(result.verdict, RunVerdict::Timeout, "{:?}", result.what);
    assert!(result.report.contains("its last output:\nabout to hang\n"), "{}", result.report);
    assert!(result.wall < Duration::from_secs(30));
    assert!(result.kept.is_some());
}

#[test]
fn what_cannot_be_started_is_the_kits_fault() {
    let result = run(Path::new("/no/such/binary"), limits(1000), "missing");
    assert_eq!(result.verdict, RunVerdict::Kit);
    assert!(result.what.is_some_and(|what| what.starts_with("could not be run: ")));
}

#[test]
fn seeds_differ_and_are_short() {
    let seeds = [draw_seed(), draw_seed(), draw_seed()];
    assert!(seeds[0] != seeds[1] && seeds[1] != seeds[2]);
    assert!(seeds.iter().all(|seed| *seed <= u64::from(u32::MAX)));
}
