//! What is saved is found again, and a copy is independent of its original.

use super::*;

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
