//! What is saved is found again, and a copy is independent of its original.

use super::*;
use labrt::sim::{Schedule, simulate};
use labrt::time::Instant;
use labrt::world::Options;
use std::sync::Arc;

#[test]
fn nothing_saved_is_empty() {
    let disk = Persister::new();
    assert_eq!((disk.state(), disk.snapshot()), (Vec::new(), Bytes::new()));
    assert_eq!((disk.state_size(), disk.snapshot_size()), (0, 0));
}

#[test]
fn the_last_save_is_read_back() {
    let disk = Persister::new();
    disk.save(b"first".to_vec(), "early".into());
    let pieces = [Bytes::from("se"), Bytes::from("cond")];
    disk.save(RaftState::from_iter(pieces), "late!".into());
    assert_eq!((disk.state(), disk.snapshot()), (b"second".to_vec(), "late!".into()));
    assert_eq!((disk.state_size(), disk.snapshot_size()), (6, 5));
}

#[test]
fn a_copy_is_another_disk() {
    let disk = Persister::new();
    disk.save(b"kept".to_vec(), "kept".into());
    let copy = disk.copy();
    disk.save(b"lost".to_vec(), "lost".into());
    assert_eq!((copy.state(), copy.snapshot()), (b"kept".to_vec(), "kept".into()));
}

#[test]
fn a_disk_that_is_cut_off_keeps_what_it_has() {
    let disk = Persister::new();
    disk.save(b"kept".to_vec(), "kept".into());
    disk.cut_off();
    disk.save(b"lost".to_vec(), "lost".into());
    assert_eq!((disk.state(), disk.snapshot()), (b"kept".to_vec(), "kept".into()));
    let next = disk.copy();
    next.save(b"next life".to_vec(), "next".into());
    assert_eq!(next.state(), b"next life");
}

/// How long saves to a disk took of which one in 4 is slow, and to a copy of it.
fn saves(simulates: bool) -> Vec<Duration> {
    let save = || {
        let disk = Persister::new().slow(4, Duration::from_millis(10));
        let disks = [disk.copy(), disk];
        let saves = (0..1000).map(|number| {
            let before = Instant::now();
            disks[number % 2].save(vec![1], "one".into());
            before.elapsed()
        });
        saves.collect()
    };
    let time_limit = Duration::from_secs(60);
    let options = Options { name: "saves".into(), seed: 1, time_limit };
    match simulates {
        true => simulate(options, Schedule::default(), save).result.expect("nothing fails"),
        false => save(),
    }
}

#[test]
fn a_slow_disk_takes_its_time_with_some_saves_in_simulation_alone() {
    let slow = |saves: &[Duration]| saves.iter().filter(|save| save.as_micros() > 100).count();
    let simulated = saves(true);
    assert!((200..300).contains(&slow(&simulated)), "{}", slow(&simulated));
    assert!(simulated.iter().all(|save| *save < Duration::from_millis(11)));
    assert!(saves(false).iter().sum::<Duration>() < Duration::from_millis(300));
}

/// Who reads while a slow save is under way finds what was there before.
#[test]
fn a_save_is_on_the_disk_when_its_time_is_over() {
    let time_limit = Duration::from_secs(60);
    let options = Options { name: "saves".into(), seed: 1, time_limit };
    let seen = simulate(options, Schedule::default(), || {
        let disk = Arc::new(Persister::new().slow(1, Duration::from_secs(10)));
        let saving = disk.clone();
        let thread = thread::spawn(move || saving.save(vec![1], Bytes::new()));
        thread::sleep(Duration::from_millis(1));
        let before = disk.state();
        thread.join().expect("nothing fails");
        (before, disk.state())
    });
    assert_eq!(seen.result.expect("nothing fails"), (vec![], vec![1]));
}

/// A crash at a save: what was saved is there, and what is saved afterwards is not.
#[test]
fn a_disk_can_be_cut_off_right_after_a_save() {
    let disk = Arc::new(Persister::new());
    let cuts = Arc::downgrade(&disk);
    disk.after_each_save(move |before, after| {
        if after < before {
            cuts.upgrade().expect("it is being written to").cut_off();
        }
    });
    disk.save(b"a longer log".to_vec(), Bytes::new());
    disk.save(b"a log".to_vec(), "a snapshot".into());
    disk.save(b"later".to_vec(), "later".into());
    assert_eq!((disk.state(), disk.snapshot()), (b"a log".to_vec(), "a snapshot".into()));
    let next = disk.copy();
    next.save(Vec::new(), Bytes::new());
    next.save(b"next life".to_vec(), Bytes::new());
    assert_eq!(next.state(), b"next life", "a copy is another life's");
}
