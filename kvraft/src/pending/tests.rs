use super::*;
use crate::message::{ClientId, Sequence};
use labrt::channel::TryRecvError;

fn request(sequence: u64) -> RequestId {
    RequestId { client: ClientId(7), sequence: Sequence(sequence) }
}

fn found(value: &str) -> Answer {
    Some(value.to_owned())
}

#[test]
fn whoever_waits_is_told_when_its_command_is_applied() {
    let mut waiting = Waiting::default();
    let first = waiting.enter(Index(1), request(1));
    let second = waiting.enter(Index(2), request(2));
    waiting.answer(Index(2), request(2), || found("b"));
    assert_eq!(second.try_recv(), Ok(found("b")));
    assert_eq!(first.try_recv(), Err(TryRecvError::Empty));
}

#[test]
fn whoever_lost_its_place_waits_no_more() {
    let mut waiting = Waiting::default();
    let handler = waiting.enter(Index(1), request(1));
    waiting.answer(Index(1), request(9), || panic!("nobody waits for this"));
    assert_eq!(handler.try_recv(), Err(TryRecvError::Disconnected));
}

#[test]
fn whoever_comes_to_a_place_sends_the_one_before_home() {
    let mut waiting = Waiting::default();
    let earlier = waiting.enter(Index(1), request(1));
    let later = waiting.enter(Index(1), request(2));
    assert_eq!(earlier.try_recv(), Err(TryRecvError::Disconnected));
    waiting.leave(Index(1), request(1));
    assert_eq!(later.try_recv(), Err(TryRecvError::Empty));
    waiting.leave(Index(1), request(2));
    assert_eq!(later.try_recv(), Err(TryRecvError::Disconnected));
}

#[test]
fn a_snapshot_sends_those_home_that_it_stands_for() {
    let mut waiting = Waiting::default();
    let [covered, beyond] = [5, 6].map(|index| waiting.enter(Index(index), request(index)));
    waiting.dismiss_until(Index(5));
    assert_eq!(covered.try_recv(), Err(TryRecvError::Disconnected));
    assert_eq!(beyond.try_recv(), Err(TryRecvError::Empty));
    waiting.dismiss_all();
    assert_eq!(beyond.try_recv(), Err(TryRecvError::Disconnected));
}
