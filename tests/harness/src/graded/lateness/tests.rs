use super::*;

const MS: Duration = Duration::from_millis(1);

/// A measurement whose wake-ups come as late as given, in milliseconds; meanwhile the cores do
/// what `cores` says at that time.
fn measured(lates: &[u32], cores: impl Fn(Duration) -> Option<Cores>) -> Lateness {
    let began = Instant::now();
    let mut measured = Measured::default();
    measured.end_period(began, cores(Duration::ZERO));
    let mut now = began;
    for late in lates {
        let due = now + SLEEP;
        now = due + MS * *late;
        measured.woke(now, due, || cores(now - began));
    }
    measured.end_period(now, cores(now - began));
    measured.lateness()
}

#[test]
fn late_wakeups_are_counted_and_the_worst_is_kept() {
    let lateness = measured(&[0, 21, 3, 700, 20, 21], |_| None);
    let expected = Lateness { worst_seconds: 0.7, late_wakeups: 3, others_share: None };
    assert_eq!(lateness, expected);
    assert!(!measured(&[20; 1000], |_| None).matters(), "20 ms are not yet late");
}

#[test]
fn only_seconds_with_late_wakeups_are_judged() {
    // A core that others have for the first two seconds, and this process afterwards.
    let cores = |time: Duration| {
        let ticks = time.as_millis() as u64;
        Some(Cores::for_test(ticks, ticks, ticks.saturating_sub(2000)))
    };
    let late_first: Vec<u32> = (0..900).map(|wakeup| if wakeup < 30 { 30 } else { 0 }).collect();
    let share = measured(&late_first, cores).others_share.unwrap();
    assert!(share > 0.9, "{share}");
    let late_last: Vec<u32> = late_first.into_iter().rev().collect();
    let share = measured(&late_last, cores).others_share.unwrap();
    assert!(share < 0.1, "{share}");
}

#[test]
fn lateness_is_no_excuse_for_what_is_proved_wrong() {
    let watch = Watch::default();
    let mut measured = Measured { late_wakeups: 100, ..Measured::default() };
    measured.late_periods = Cores::for_test(100, 100, 0);
    assert!(measured.lateness().blames_the_machine());
    *watch.measured.lock() = measured;
    proved_wrong();
    assert_eq!(watch.lateness(), None);
}
