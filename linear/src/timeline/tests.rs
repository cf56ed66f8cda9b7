use super::{NEVER, Timeline, Times};

fn timeline(times: &[(u64, u64)]) -> Timeline {
    let times = times.iter().map(|&(call, returned)| Times { call, returned }).collect();
    Timeline::new(times, |_| false)
}

fn candidates(timeline: &Timeline) -> Vec<usize> {
    timeline.candidates().collect()
}

#[test]
fn what_touches_at_a_moment_is_concurrent() {
    let timeline = timeline(&[(3, 4), (1, 2), (2, 3)]);
    assert_eq!(candidates(&timeline), [1, 2]);
    assert_eq!(timeline.most_urgent(), Some(1));
}

#[test]
fn placing_the_most_urgent_lets_later_calls_in() {
    let mut timeline = timeline(&[(1, 2), (3, 9), (5, 6), (7, 8)]);
    assert_eq!(candidates(&timeline), [0]);
    timeline.remove(0);
    assert_eq!(candidates(&timeline), [1, 2]);
    assert_eq!(timeline.most_urgent(), Some(2));
    timeline.remove(2);
    assert_eq!(candidates(&timeline), [1, 3]);
    timeline.put_back(2);
    timeline.put_back(0);
    assert_eq!(candidates(&timeline), [0]);
}

#[test]
fn pending_operations_are_never_urgent() {
    let mut timeline = timeline(&[(1, NEVER), (2, 3), (9, NEVER)]);
    assert_eq!(candidates(&timeline), [0, 1]);
    timeline.remove(1);
    assert_eq!(candidates(&timeline), [0, 2]);
    assert_eq!(timeline.most_urgent(), None);
}

#[test]
fn what_is_left_out_is_nowhere() {
    let times = vec![Times { call: 1, returned: 2 }, Times { call: 5, returned: 6 }];
    let timeline = Timeline::new(times, |operation| operation == 0);
    assert_eq!(candidates(&timeline), [1]);
    assert_eq!(timeline.most_urgent(), Some(1));
}

#[test]
fn ranks_follow_the_returns() {
    let timeline = timeline(&[(1, NEVER), (1, 5), (1, 2), (1, 5)]);
    let ranks: Vec<u32> = (0..4).map(|operation| timeline.deadline_rank(operation)).collect();
    assert_eq!(ranks, [4, 2, 1, 3]);
}
