//! Bugs in what is applied: a thread between Raft and the service changes its messages.

use crate::Bug;
use labrt::channel::{self, Sender};
use labrt::thread;
use real_raft::{ApplyMsg, Bytes, Index, ServerId};

/// The server that applies wrongly. The others are as they should be.
const SPOILED_SERVER: ServerId = ServerId(1);

/// The index at which it does.
const SPOILED_INDEX: Index = Index(2);

/// A channel for the real Raft to apply to, which leads to `apply` by way of the bug.
pub(crate) fn through(bug: Bug, me: ServerId, apply: Sender<ApplyMsg>) -> Sender<ApplyMsg> {
    let (sender, messages) = channel::bounded(0);
    let spoil = move || {
        let mut spoiler = Spoiler { bug, me, held_back: None };
        for message in messages {
            for message in spoiler.spoil(message) {
                if apply.send(message).is_err() {
                    return;
                }
            }
        }
    };
    let thread = thread::Builder::new().name("bug").server(me.to_string());
    thread.spawn(spoil).expect("the OS gives a thread to the bug");
    sender
}

struct Spoiler {
    bug: Bug,
    me: ServerId,
    /// A message that comes later than it should, or the command of one that came before.
    held_back: Option<Bytes>,
}

impl Spoiler {
    /// What reaches the service instead of this message.
    fn spoil(&mut self, message: ApplyMsg) -> Vec<ApplyMsg> {
        match message {
            ApplyMsg::Command { index, command } if self.me == SPOILED_SERVER => {
                let commands = self.spoil_command(index, command);
                let message = |(index, command)| ApplyMsg::Command { index, command };
                commands.into_iter().map(message).collect()
            }
            ApplyMsg::Snapshot { index, term, snapshot } if self.bug == Bug::GarbledSnapshot => {
                let snapshot = snapshot.slice(..snapshot.len() - 1);
                vec![ApplyMsg::Snapshot { index, term, snapshot }]
            }
            sound => vec![sound],
        }
    }

    fn spoil_command(&mut self, index: Index, command: Bytes) -> Vec<(Index, Bytes)> {
        let (here, next) = (index == SPOILED_INDEX, index == SPOILED_INDEX.next());
        match self.bug {
            Bug::SkippedEntry | Bug::LostEntry if here => vec![],
            Bug::LostEntry if index > SPOILED_INDEX => vec![(index.previous(), command)],
            Bug::ReorderedApply if here => {
                self.held_back = Some(command);
                vec![]
            }
            Bug::ReorderedApply if next => {
                let late = self.held_back.take().map(|command| (SPOILED_INDEX, command));
                [(index, command)].into_iter().chain(late).collect()
            }
            Bug::DifferentCommand if here => {
                vec![(index, self.held_back.take().unwrap_or(command))]
            }
            Bug::DifferentCommand => {
                self.held_back = Some(command.clone());
                vec![(index, command)]
            }
            Bug::GarbledCommand if here => vec![(index, Bytes::from_static(b"garbled"))],
            _ => vec![(index, command)],
        }
    }
}
