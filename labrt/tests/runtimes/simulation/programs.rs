//! Random small programs: both back ends do the same, and channels do what a model of them allows.

use std::collections::BTreeMap;
use std::sync::Arc;

use labrt::channel::{Receiver, Select, Sender, bounded, unbounded};
use labrt::sim::Backend;
use labrt::sync::{Condvar, Mutex, RwLock};
use labrt::thread;
use labrt::time::Duration;
use proptest::prelude::*;

use crate::schedules::world;

/// What a thread does next, to one of two objects of a kind.
#[derive(Debug, Clone, Copy)]
enum Step {
    Add(usize),
    AddIfFree(usize),
    AddBoth(usize),
    Read(usize),
    Write(usize),
    WaitFor(usize),
    Notify(usize),
    Send(usize),
    TrySend(usize),
    Receive(usize),
    ReceiveAny,
    Sleep(u64),
    Yield,
}

fn step() -> impl Strategy<Value = Step> {
    let which = 0..2usize;
    prop_oneof![
        which.clone().prop_map(Step::Add),
        which.clone().prop_map(Step::AddIfFree),
        which.clone().prop_map(Step::AddBoth),
        which.clone().prop_map(Step::Read),
        which.clone().prop_map(Step::Write),
        which.clone().prop_map(Step::WaitFor),
        which.clone().prop_map(Step::Notify),
        which.clone().prop_map(Step::Send),
        which.clone().prop_map(Step::TrySend),
        which.prop_map(Step::Receive),
        Just(Step::ReceiveAny),
        (0..50u64).prop_map(Step::Sleep),
        Just(Step::Yield),
    ]
}

type Program = Vec<Vec<Step>>;

fn program() -> impl Strategy<Value = Program> {
    prop::collection::vec(prop::collection::vec(step(), 0..12), 1..5)
}

#[derive(Default)]
struct Shared {
    numbers: [Mutex<u64>; 2],
    texts: [RwLock<u64>; 2],
    changed: [Condvar; 2],
}

/// Some programs deadlock, by locks taken in both orders or by sends that nobody receives: that
/// too must be the same.
fn perform(program: &Program) -> Vec<u64> {
    let shared = Arc::new(Shared::default());
    let channels = [unbounded(), bounded(0)];
    let threads: Vec<_> = (0..)
        .zip(program.clone())
        .map(|(me, steps)| {
            let (shared, channels) = (shared.clone(), channels.clone());
            thread::spawn(move || {
                steps.into_iter().map(|step| take(step, me, &shared, &channels)).sum::<u64>()
            })
        })
        .collect();
    drop(channels);
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

fn take(step: Step, me: u64, shared: &Shared, ends: &[(Sender<u64>, Receiver<u64>); 2]) -> u64 {
    let brief = Duration::from_micros(30);
    match step {
        Step::Add(which) => *shared.numbers[which].lock() += 1,
        Step::AddIfFree(which) => {
            return u64::from(shared.numbers[which].try_lock().map(|mut it| *it += 1).is_some());
        }
        Step::AddBoth(first) => {
            let mut one = shared.numbers[first].lock();
            let mut other = shared.numbers[1 - first].lock();
            (*one, *other) = (*one + 1, *other + 1);
        }
        Step::Read(which) => return *shared.texts[which].read(),
        Step::Write(which) => *shared.texts[which].write() += me,
        Step::WaitFor(which) => {
            let mut number = shared.numbers[which].lock();
            return u64::from(shared.changed[which].wait_for(&mut number, brief).timed_out());
        }
        Step::Notify(which) => return shared.changed[which].notify_all() as u64,
        Step::Send(which) => ends[which].0.send(me).unwrap(),
        Step::TrySend(which) => return u64::from(ends[which].0.try_send(me).is_ok()),
        Step::Receive(which) => return ends[which].1.recv_timeout(brief).unwrap_or(100),
        Step::ReceiveAny => {
            let mut select = Select::new();
            let first = select.recv(&ends[0].1);
            select.recv(&ends[1].1);
            return select.select_timeout(brief).map_or(100, |ready| {
                let which = usize::from(ready.index() != first);
                ready.recv(&ends[which].1).unwrap()
            });
        }
        Step::Sleep(micros) => thread::sleep(Duration::from_micros(micros)),
        Step::Yield => thread::yield_now(),
    }
    0
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(300)
    })]

    #[test]
    fn any_program_does_the_same_on_both_back_ends(program in program(), seed: u64) {
        let run = |backend| {
            let program = program.clone();
            let ended = world(seed, backend, None, move || perform(&program));
            prop_assert!(ended.leaked.is_empty(), "leaks {:?}", ended.leaked);
            let outcome = ended.result.map_err(|failure| failure.to_string());
            Ok((ended.hash, ended.points, ended.elapsed, outcome))
        };
        prop_assert_eq!(run(Backend::Coroutines)?, run(Backend::Threads)?);
    }

    /// Nothing is lost and nothing doubled; each receiver gets what one sender sent in order; and
    /// a channel never holds more than it may.
    #[test]
    fn channels_are_queues(
        capacity in prop_oneof![Just(None), (0..4usize).prop_map(Some)],
        senders in prop::collection::vec(prop::collection::vec(0..3u8, 0..10), 1..4),
        receivers in prop::collection::vec(0..3u8, 1..4),
        seed: u64,
    ) {
        let sent: Vec<_> = senders.iter().map(Vec::len).collect();
        let ended = world(seed, Backend::Coroutines, None, move || {
            exchange(capacity, senders, receivers)
        });
        let (accepted, received) = ended.result.map_err(|it| TestCaseError::fail(it.to_string()))?;
        let mut all = BTreeMap::new();
        for list in &received {
            for sender in 0..sent.len() {
                let of_one = list.iter().filter(|(from, _)| *from == sender);
                prop_assert!(of_one.is_sorted(), "{received:?}");
            }
            list.iter().for_each(|message| *all.entry(*message).or_insert(0) += 1);
        }
        prop_assert!(all.values().all(|times| *times == 1), "{received:?}");
        let accepted: std::collections::BTreeSet<_> = accepted.into_iter().collect();
        prop_assert!(all.into_keys().eq(accepted), "lost, or never sent: {received:?}");
    }
}

/// From whom, and its number there.
type Message = (usize, usize);

/// Senders send in one of three ways, receivers receive in one of three; what was accepted, and
/// what each got.
fn exchange(
    capacity: Option<usize>,
    senders: Vec<Vec<u8>>,
    receivers: Vec<u8>,
) -> (Vec<Message>, Vec<Vec<Message>>) {
    let (sender, receiver) = capacity.map_or_else(unbounded, bounded);
    let senders: Vec<_> = (0..)
        .zip(senders)
        .map(|(me, ways)| {
            let sender: Sender<Message> = sender.clone();
            thread::spawn(move || {
                let send = |(number, way): (usize, u8)| {
                    let message = (me, number);
                    let accepted = match way {
                        0 => sender.send(message).is_ok(),
                        1 => sender.try_send(message).is_ok(),
                        _ => sender.send_timeout(message, Duration::from_micros(20)).is_ok(),
                    };
                    assert!(capacity.is_none_or(|capacity| sender.len() <= capacity));
                    accepted.then_some(message)
                };
                (0..).zip(ways).filter_map(send).collect::<Vec<_>>()
            })
        })
        .collect();
    drop(sender);
    let receivers: Vec<_> = receivers
        .into_iter()
        .map(|way| {
            let receiver = receiver.clone();
            thread::spawn(move || receive_all(&receiver, way))
        })
        .collect();
    drop(receiver);
    let accepted = senders.into_iter().flat_map(|it| it.join().unwrap()).collect();
    (accepted, receivers.into_iter().map(|it| it.join().unwrap()).collect())
}

fn receive_all(receiver: &Receiver<Message>, way: u8) -> Vec<Message> {
    use labrt::channel::RecvTimeoutError::Disconnected;
    let mut got = Vec::new();
    loop {
        let received = match way {
            0 => receiver.recv().map_err(|_| Disconnected),
            1 => receiver.recv_timeout(Duration::from_micros(15)),
            _ => {
                let mut select = Select::new();
                select.recv(receiver);
                select.select().recv(receiver).map_err(|_| Disconnected)
            }
        };
        match received {
            Ok(message) => got.push(message),
            Err(Disconnected) => return got,
            Err(_) => {}
        }
    }
}
