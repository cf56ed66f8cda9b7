//! The clock and the arithmetic of instants.

use labrt::thread;
use labrt::time::{Duration, Instant};

use super::{SHORT, everywhere};

#[test]
fn time_goes_on_and_never_back() {
    everywhere(|| {
        let start = Instant::now();
        let mut last = start;
        for _ in 0..20 {
            let now = Instant::now();
            assert!(now >= last);
            last = now;
        }
        thread::sleep(SHORT);
        assert!(last.elapsed() >= SHORT);
        assert!(Instant::now() - start >= SHORT);
    });
}

#[test]
fn a_loop_that_watches_the_clock_ends() {
    everywhere(|| {
        let end = Instant::now() + Duration::from_millis(2);
        while Instant::now() < end {}
        let end = Instant::now() + Duration::from_millis(2);
        while Instant::now() < end {
            thread::yield_now();
        }
    });
}

#[test]
fn the_clock_is_the_same_for_all_threads() {
    everywhere(|| {
        let before = Instant::now();
        let theirs = thread::spawn(Instant::now).join().unwrap();
        assert!(before <= theirs && theirs <= Instant::now());
    });
}

#[test]
fn instants_can_be_reckoned_with() {
    everywhere(|| {
        let hour = Duration::from_secs(3600);
        let now = Instant::now();
        assert!((now - hour).elapsed() >= hour, "an hour ago can be told");
        assert_eq!((now + hour) - now, hour);
        assert_eq!(now - (now + hour), Duration::ZERO, "never less than nothing");
        assert_eq!(now.duration_since(now + hour), Duration::ZERO);
        assert_eq!(now.saturating_duration_since(now - hour), hour);
        assert_eq!(now.checked_duration_since(now + hour), None);
        assert_eq!(now.checked_duration_since(now - hour), Some(hour));
        assert_eq!(now.checked_add(Duration::MAX), None);
        assert_eq!(now.checked_sub(Duration::MAX), None);
        let mut moved = now;
        moved += hour;
        moved -= hour * 2;
        assert_eq!(moved, now - hour);
    });
}
