//! What a way found counts as far as the CPU time goes, and is told as a median.

use super::*;

fn found(failed: &[u64], seeds: u32, cpu_seconds: f64) -> Found {
    Found { failed: failed.iter().copied().collect(), seeds, cpu_seconds }
}

#[test]
fn only_the_seeds_count_for_which_there_is_time() {
    let costly = found(&[3, 30], 40, 8.0);
    assert_eq!(costly.within(2.0), found(&[3], 10, 2.0));
    assert_eq!(costly.within(9.0), costly);
}

#[test]
fn half_the_tries_have_failed_after_the_median() {
    assert_eq!(found(&[], 40, 1.0).cell(), "> 40");
    // Half of the seeds fail: so does the first, in half the tries.
    assert_eq!(found(&[0, 1, 2, 3], 8, 1.0).cell(), "1.0");
    // 0.9 to the power of 6.6 is a half.
    assert_eq!(found(&[7], 10, 1.0).cell(), "6.6");
    assert_eq!(found(&[0, 1], 2, 1.0).cell(), "1.0", "no try takes less than one");
}

#[test]
fn a_bug_that_is_not_found_takes_longer_than_any() {
    assert_eq!(one_decimal(middle([2.0, f64::INFINITY, 1.0].into_iter())), "2.0");
    assert_eq!(one_decimal(middle([f64::INFINITY, f64::INFINITY, 1.0].into_iter())), "none");
    assert_eq!(one_decimal(middle(std::iter::empty())), "none");
}
