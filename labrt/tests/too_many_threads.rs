//! How many simulated threads a process may have. The limit is the process's, so the test has a
//! binary of its own.

use labrt::channel::unbounded;
use labrt::sim::{Schedule, Simulated, simulate};
use labrt::thread;
use labrt::time::Duration;
use labrt::world::{FailureKind, Options};

fn run<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> Simulated<T> {
    let name = "too_many_threads".into();
    let options = Options { name, seed: 1, time_limit: Duration::from_secs(120) };
    simulate(options, Schedule::default(), body)
}

#[test]
fn too_many_threads_are_refused_in_time() {
    let refused = run(|| {
        let (_keep, gate) = unbounded::<()>();
        for count in 1.. {
            let gate = gate.clone();
            match thread::Builder::new().spawn(move || _ = gate.recv()) {
                Ok(_) => {}
                Err(error) => return (count, error.to_string()),
            }
        }
        unreachable!("there is a limit");
    });
    let (count, error) = refused.result.unwrap();
    assert_eq!(count, 24_000, "the test's own thread is one");
    assert!(
        error.starts_with(
            "cannot spawn a thread: 24000 simulated ones are alive (limit 24000): \
             23999 of them are test/spawn@"
        ),
        "{error}"
    );

    // They are all gone by now: as many again.
    let failure = run(|| {
        loop {
            drop(thread::spawn(thread::park));
            thread::yield_now();
        }
    });
    let failure = failure.result.expect_err("there is a limit");
    assert_eq!(failure.kind, FailureKind::Panic);
    assert!(failure.message.starts_with("cannot spawn a thread: 24000"), "{failure}");
    assert!(failure.place.is_some_and(|place| place.contains("too_many_threads.rs")));
}
