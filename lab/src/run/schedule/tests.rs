//! The order of jobs, and how workers take them.

use super::{Event, Job, POINTS_A_CHUNK, default_jobs, in_chunks, in_order, work_off};
use crate::sample;
use crate::select::SelectedTest;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::Duration;

fn jobs(count: usize) -> impl Iterator<Item = Job> {
    (0..count).map(|test| Job { test, first: 1, count: 1 })
}

#[test]
fn the_longest_come_first_and_equals_in_course_order() {
    let course = sample::course();
    let tests = sample::all(&course);
    let order = in_order(&tests, 1);
    let names: Vec<&str> = order.map(|job| tests[job.test].test.name.as_str()).collect();
    assert_eq!(names, ["clients_3a", "many_2a", "rejoin_2b", "initial_2a", "agree_2b"]);
}

#[test]
fn every_test_runs_once_before_any_runs_twice() {
    let course = sample::course();
    let order = in_order(&sample::all(&course)[..2], 3);
    let pairs: Vec<(usize, u32)> = order.map(|job| (job.test, job.first)).collect();
    assert_eq!(pairs, [(1, 1), (0, 1), (1, 2), (0, 2), (1, 3), (0, 3)]);
}

#[test]
fn nobody_counts_the_runs_in_advance() {
    let course = sample::course();
    assert_eq!(
        in_order(&sample::all(&course), u32::MAX).take(6).last().map(|job| job.first),
        Some(2)
    );
}

/// The chunks of the sample's tests with these scheduling points: test, first run, how many.
fn chunks(points: &[u64], runs: u32, workers: usize) -> Vec<(usize, u32, u32)> {
    let mut course = sample::course();
    let tests = course.parts.iter_mut().flat_map(|part| &mut part.tests);
    tests.zip(points).for_each(|(test, points)| test.scheduling_points = *points);
    let chunks = in_chunks(&sample::all(&course)[..points.len()], runs, workers);
    chunks.map(|job| (job.test, job.first, job.count)).collect()
}

#[test]
fn chunks_are_about_equal_work_and_the_heaviest_first() {
    let found = chunks(&[POINTS_A_CHUNK / 10, POINTS_A_CHUNK / 2], 1000, 2);
    assert_eq!(found[..3], [(1, 1, 2), (0, 1, 10), (1, 3, 2)]);
}

#[test]
fn every_seed_is_in_one_chunk() {
    for (points, runs, workers) in [(7, 1, 1), (100_000, 23, 2), (1_000_000, 1000, 64), (0, 5, 3)] {
        let found = chunks(&[points, 100_000, u64::MAX], runs, workers);
        for test in 0..3 {
            let of_test = found.iter().filter(|(which, ..)| *which == test);
            let mut next = 1;
            for (_, first, count) in of_test {
                assert_eq!(*first, next);
                next += count;
            }
            assert_eq!(next, runs + 1);
        }
    }
}

#[test]
fn where_there_is_little_to_do_every_worker_has_some() {
    assert_eq!(chunks(&[100_000], 32, 2).len(), 16);
    assert_eq!(chunks(&[100_000], 2, 8), [(0, 1, 1), (0, 2, 1)]);
}

#[test]
fn the_most_demanding_part_sets_how_many_run_at_a_time() {
    let course = sample::course();
    let tests: Vec<SelectedTest> = sample::all(&course);
    assert_eq!(default_jobs(&tests[..4], 2).get(), 8);
    assert_eq!(default_jobs(&tests, 2).get(), 2);
    assert_eq!(default_jobs(&[], 2).get(), 2);
}

#[test]
fn as_many_run_at_a_time_as_there_are_workers() {
    let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = |job: Job| {
        most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        sleep(Duration::from_millis(20));
        running.fetch_sub(1, Ordering::SeqCst);
        Some(job.test)
    };
    let mut done = Vec::new();
    work_off(jobs(9), 3, work, |event| {
        if let Event::Done(job, result) = event {
            assert_eq!(job.test, result);
            done.push(result);
        }
    });
    done.sort_unstable();
    assert_eq!(done, (0..9).collect::<Vec<_>>());
    assert_eq!(most.into_inner(), 3);
}

#[test]
fn no_result_ends_the_worker() {
    let mut started = 0;
    work_off(
        jobs(9),
        1,
        |job| (job.test < 2).then_some(()),
        |event| {
            started += usize::from(matches!(event, Event::Started(_)));
        },
    );
    assert_eq!(started, 3);
}

#[test]
fn the_listener_hears_time_go_by() {
    let mut ticks = 0;
    let work = |_| {
        sleep(Duration::from_millis(500));
        Some(())
    };
    work_off(jobs(1), 1, work, |event| ticks += usize::from(matches!(event, Event::Tick)));
    assert!(ticks >= 1);
}
