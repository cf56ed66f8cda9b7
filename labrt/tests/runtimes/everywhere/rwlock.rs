//! The lock that readers share.

use labrt::sync::RwLock;
use labrt::sync::atomic::{AtomicUsize, Ordering};
use labrt::thread;

use super::{SHORT, everywhere};

#[test]
fn readers_share_and_writers_do_not() {
    everywhere(|| {
        let mut lock = RwLock::new(1);
        {
            let (one, two) = (lock.read(), lock.try_read().unwrap());
            assert_eq!(*one + *two, 2);
            assert!(lock.try_write().is_none());
        }
        let mut writer = lock.write();
        *writer = 2;
        assert!(lock.try_read().is_none());
        assert!(lock.try_write().is_none());
        drop(writer);
        *lock.try_write().unwrap() += 1;
        *lock.get_mut() += 1;
        assert_eq!(lock.into_inner(), 4);
    });
}

#[test]
fn a_writer_is_alone() {
    everywhere(|| {
        let lock = RwLock::new((0, 0));
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..10 {
                        let mut pair = lock.write();
                        pair.0 += 1;
                        thread::yield_now();
                        pair.1 += 1;
                    }
                });
                scope.spawn(|| {
                    for _ in 0..10 {
                        let pair = lock.read();
                        let first = pair.0;
                        thread::yield_now();
                        assert_eq!((pair.0, pair.1), (first, first), "half a change was seen");
                    }
                });
            }
        });
        assert_eq!(lock.into_inner(), (20, 20));
    });
}

#[test]
fn many_read_at_a_time() {
    everywhere(|| {
        let (lock, reading) = (RwLock::new(()), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let _reader = lock.read();
                    reading.fetch_add(1, Ordering::SeqCst);
                    // Each goes on only when all are reading.
                    while reading.load(Ordering::SeqCst) < 3 {
                        thread::yield_now();
                    }
                });
            }
        });
    });
}

#[test]
fn a_writer_comes_in_when_the_last_reader_goes_and_then_all_readers() {
    everywhere(|| {
        let lock = RwLock::new(0);
        thread::scope(|scope| {
            let (one, two) = (lock.read(), lock.read());
            let writer = scope.spawn(|| *lock.write() = 1);
            thread::sleep(SHORT);
            drop(one);
            thread::sleep(SHORT);
            assert!(!writer.is_finished(), "somebody still reads");
            drop(two);
            writer.join().unwrap();
            let mut writing = lock.write();
            let readers: Vec<_> = (0..3).map(|_| scope.spawn(|| *lock.read())).collect();
            thread::sleep(SHORT);
            *writing = 2;
            drop(writing);
            assert!(readers.into_iter().all(|reader| reader.join().unwrap() == 2));
        });
    });
}
