//! The processes that run now, each the leader of a process group, and how the runner ends them.
//!
//! Every child leads a process group of its own, so the terminal's Ctrl-C reaches the runner alone
//! and a kill reaches whatever the child started. A child is registered as it starts and removed
//! before it is reaped (waited for): as long as it is registered, its process id cannot be reused.

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use std::collections::BTreeMap;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use wait4::Wait4;

/// How long a test that is stopped has to print what its threads wait for.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// What a child is started for.
#[derive(Debug, Clone, Copy)]
pub enum Role {
    /// A build: takes as long as it takes, and may leave a server behind (a compiler cache).
    Build,
    /// A test: killed when its time is up; nothing it started outlives it.
    Test {
        /// The time it has.
        time: Duration,
    },
}

/// Why the runner killed a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Killed {
    /// Its time was up.
    Overdue,
    /// The whole run was stopped.
    Stopped,
}

/// Why a child did not start.
#[derive(Debug)]
pub enum NotStarted {
    /// The whole run was stopped before.
    Stopped,
    /// The operating system could not.
    System(io::Error),
}

/// What a process took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Usage {
    /// Time on a core, its own and the kernel's for it.
    pub cpu: Duration,
    /// The most memory it held at one time, in bytes.
    pub peak_memory: u64,
}

/// How a child ended.
#[derive(Debug)]
pub struct Ended {
    /// Exit code or signal.
    pub status: ExitStatus,
    /// From start to end, by the clock.
    pub wall: Duration,
    /// What it took.
    pub usage: Usage,
    /// Set if the runner killed it.
    pub killed: Option<Killed>,
}

/// The register of running children.
#[derive(Debug, Default)]
pub struct ProcessGroups {
    register: Mutex<Register>,
}

#[derive(Debug, Default)]
struct Register {
    stopped: bool,
    running: BTreeMap<u32, Entry>,
}

#[derive(Debug)]
struct Entry {
    group: Pid,
    /// The writing end of its standard input, if that is a pipe. It closes when the child is
    /// stopped, or when the runner ends for whatever reason: the child ends itself then.
    stdin: Option<ChildStdin>,
    began: Instant,
    deadline: Option<Instant>,
    killed: Option<Killed>,
    /// Whether to kill what is left of its group when it has ended.
    sweep: bool,
}

impl ProcessGroups {
    /// Starts a child, unless everything was stopped.
    pub fn start(&self, command: &mut Command, role: Role) -> Result<Child, NotStarted> {
        // Starting under the lock: a stop comes before (no child) or after (child is registered).
        let mut register = self.register();
        if register.stopped {
            return Err(NotStarted::Stopped);
        }
        let mut child = command.process_group(0).spawn().map_err(NotStarted::System)?;
        register.running.insert(child.id(), Entry::new(&mut child, role));
        Ok(child)
    }

    /// Waits for a child and everything it started (but see [`Role`]) to end.
    pub fn wait(&self, mut child: Child) -> io::Result<Ended> {
        wait_without_reaping(pid_of(&child))?;
        let Entry { began, killed, .. } = self.remove(child.id());
        let wall = began.elapsed();
        let reaped = child.wait4()?;
        let cpu = reaped.rusage.utime + reaped.rusage.stime;
        let usage = Usage { cpu, peak_memory: reaped.rusage.maxrss };
        Ok(Ended { status: reaped.status, wall, usage, killed })
    }

    /// Kills every child whose time is up.
    pub fn kill_overdue(&self, now: Instant) {
        for entry in self.register().running.values_mut() {
            if entry.deadline.is_some_and(|deadline| deadline <= now) {
                entry.kill(Killed::Overdue);
            }
        }
    }

    /// Stops every child and lets no further one start. Tests have a moment left, until
    /// [`ProcessGroups::kill_overdue`] kills them.
    pub fn stop(&self) {
        let mut register = self.register();
        register.stopped = true;
        register.running.values_mut().for_each(Entry::stop);
    }

    /// Kills every child, now.
    pub fn kill(&self) {
        for entry in self.register().running.values_mut() {
            entry.kill(Killed::Stopped);
        }
    }

    fn remove(&self, id: u32) -> Entry {
        let entry =
            self.register().running.remove(&id).expect("a child is registered as it starts");
        if entry.sweep {
            entry.signal_group();
        }
        entry
    }

    fn register(&self) -> MutexGuard<'_, Register> {
        self.register.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn new(child: &mut Child, role: Role) -> Entry {
        let began = Instant::now();
        let deadline = match role {
            Role::Build => None,
            Role::Test { time } => Some(began + time),
        };
        let sweep = matches!(role, Role::Test { .. });
        Entry {
            group: pid_of(child),
            stdin: child.stdin.take(),
            began,
            deadline,
            killed: None,
            sweep,
        }
    }

    fn stop(&mut self) {
        if self.stdin.take().is_none() {
            return self.kill(Killed::Stopped);
        }
        self.killed.get_or_insert(Killed::Stopped);
        self.deadline = Some(Instant::now() + LAST_WORDS);
    }

    fn kill(&mut self, why: Killed) {
        self.killed.get_or_insert(why);
        self.signal_group();
    }

    fn signal_group(&self) {
        // The only possible error is that the group is empty.
        let _ = kill_process_group(self.group, Signal::KILL);
    }
}

fn pid_of(child: &Child) -> Pid {
    Pid::from_child(child)
}

/// Blocks until the process has ended, and leaves it to be reaped.
fn wait_without_reaping(pid: Pid) -> io::Result<()> {
    loop {
        match waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
            Ok(_) => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
