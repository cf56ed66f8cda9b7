//! The shares and delays of many drawn plans, against the course's numbers.

use super::*;

const CALLS: u64 = 20_000;

fn plans(modes: Modes, faults: &Faults, link: &LinkFaults) -> Vec<FaultPlan> {
    (0..CALLS).map(|call| FaultPlan::draw(modes, faults, link, &mut Dice::new(1, call))).collect()
}

fn share(plans: &[FaultPlan], condition: impl Fn(&FaultPlan) -> bool) -> f64 {
    plans.iter().filter(|plan| condition(plan)).count() as f64 / plans.len() as f64
}

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() < 0.015
}

const RELIABLE: Modes = Modes { reliable: true, long_delays: false, long_reordering: false };
const UNRELIABLE: Modes = Modes { reliable: false, ..RELIABLE };
const REORDERING: Modes = Modes { long_reordering: true, ..RELIABLE };

#[test]
fn nothing_happens_on_a_reliable_network() {
    let faultless = FaultPlan {
        request_delay: Duration::ZERO,
        request_lost: false,
        duplicate: None,
        reply_lost: None,
        reply_delay: Duration::ZERO,
    };
    let plans = plans(RELIABLE, &Faults::default(), &LinkFaults::default());
    assert!(plans.iter().all(|plan| *plan == faultless));
}

#[test]
fn an_unreliable_network_loses_a_tenth_either_way_and_delays_up_to_26_ms() {
    let plans = plans(UNRELIABLE, &Faults::default(), &LinkFaults::default());
    assert!(close(share(&plans, |plan| plan.request_lost), 0.1));
    assert!(close(share(&plans, |plan| plan.reply_lost.is_some()), 0.1));
    assert!(plans.iter().all(|plan| plan.duplicate.is_none()));
    assert!(plans.iter().all(|plan| plan.reply_delay.is_zero()));
    for delay in 0..27 {
        let delay = Duration::from_millis(delay);
        assert!(close(share(&plans, |plan| plan.request_delay == delay), 1.0 / 27.0));
    }
}

#[test]
fn long_reordering_delays_two_replies_in_three_by_200_to_2199_ms() {
    let plans = plans(REORDERING, &Faults::default(), &LinkFaults::default());
    let late: Vec<_> = plans.iter().filter(|plan| !plan.reply_delay.is_zero()).collect();
    assert!(close(late.len() as f64 / CALLS as f64, 2.0 / 3.0));
    let range = Duration::from_millis(200)..=Duration::from_millis(2199);
    assert!(late.iter().all(|plan| range.contains(&plan.reply_delay)));
    let sum: f64 = late.iter().map(|plan| plan.reply_delay.as_secs_f64()).sum();
    let mean = sum / late.len() as f64;
    assert!((0.68..0.72).contains(&mean), "the nested draw has a mean of 0.7 s, found {mean}");
}

#[test]
fn calls_to_the_dead_fail_within_100_ms_or_7_s() {
    let faults = Faults::default();
    let longest =
        |modes| (0..CALLS).map(|call| dead_delay(modes, &faults, &mut Dice::new(2, call))).max();
    assert_eq!(longest(RELIABLE), Some(Duration::from_millis(99)));
    let long = longest(Modes { long_delays: true, ..RELIABLE }).unwrap();
    assert!((Duration::from_millis(6900)..Duration::from_millis(7000)).contains(&long));
}

#[test]
fn a_link_has_faults_of_its_own() {
    let link = LinkFaults {
        request_loss: 0.5,
        reply_loss: 0.25,
        request_delay: Duration::from_millis(3),
        reply_delay: Duration::from_millis(4),
        cut: None,
    };
    let plans = plans(RELIABLE, &Faults::default(), &link);
    assert!(close(share(&plans, |plan| plan.request_lost), 0.5));
    assert!(close(share(&plans, |plan| plan.reply_lost.is_some()), 0.25));
    assert!(plans.iter().all(|plan| plan.request_delay == link.request_delay));
    assert!(plans.iter().all(|plan| plan.reply_delay == link.reply_delay));
}

#[test]
fn the_same_call_has_the_same_plan() {
    let faults = Faults { duplication: 0.3, ..Faults::default() };
    let draw = || plans(UNRELIABLE, &faults, &LinkFaults::default());
    assert_eq!(draw(), draw());
    assert!(close(share(&draw(), |plan| plan.duplicate.is_some()), 0.3));
}

#[test]
#[should_panic(expected = "request_loss is 10: it must be from 0 to 1")]
fn a_share_is_not_a_percentage() {
    Faults { request_loss: 10.0, ..Faults::default() }.check();
}

#[test]
fn under_simulation_every_message_takes_a_fraction_of_a_millisecond() {
    let mut plans = plans(RELIABLE, &Faults::default(), &LinkFaults::default());
    for (call, plan) in plans.iter_mut().enumerate() {
        plan.add_latency(&mut Dice::new(2, call as u64));
        for delay in [plan.request_delay, plan.reply_delay] {
            assert!((100..500).contains(&delay.as_micros()), "{delay:?}");
        }
    }
    assert!(plans.iter().any(|plan| plan.request_delay != plan.reply_delay));
}

#[test]
fn reordered_messages_are_late_now_and_then_and_reordered_links_always() {
    let delays = |reorder, link, call| {
        let dice = &mut Dice::new(link, call);
        let mut plan = FaultPlan::draw(RELIABLE, &Faults::default(), &LinkFaults::default(), dice);
        plan.add_reordering(reorder, link, dice);
        [plan.request_delay, plan.reply_delay].map(|delay| delay.as_micros() as u64)
    };
    assert_eq!(delays(Reorder::Off, 7, 1), [0, 0]);

    let late = (0..1000).flat_map(|call| delays(Reorder::Messages, 7, call));
    let late: Vec<_> = late.filter(|delay| *delay > 0).collect();
    assert!((420..580).contains(&late.len()), "one in four of 2000: {}", late.len());
    assert!(late.iter().all(|delay| (500..8000).contains(delay)), "{late:?}");
    let short = late.iter().filter(|delay| **delay < 2000).count() as f64;
    assert!((0.4..0.6).contains(&(short / late.len() as f64)), "two octaves of four: {short}");

    let of_link = |link| (0..100).map(move |call| delays(Reorder::Links, link, call));
    for link in 0..50 {
        let first = delays(Reorder::Links, link, 0);
        assert!(first.iter().all(|delay| *delay < 3000) && first[0] != first[1], "{first:?}");
        assert!(of_link(link).all(|delays| delays == first), "{link}");
        assert_ne!(first, delays(Reorder::Links, link + 1, 0));
    }
}
