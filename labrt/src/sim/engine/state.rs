//! The engine's state: threads, timers, which thread waits for what, and how these change.
//!
//! Nothing here switches to another thread, blocks, or fails a world.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;
use std::thread::panicking;

use super::{Body, Key, TaskId, Token, Woken};
use crate::sim::lateness::{LateThreads, Occasion};
use crate::sim::options::Schedule;
use crate::sim::schedule::{Dice, Operation, PATIENCE, Scheduled, Scheduler, Standing};
use crate::sim::trace::{ObjectNumber, Op, Trace};
use crate::thread_info::ThreadInfo;
use crate::wait::Site;

/// Everything about a world that changes.
pub(super) struct State {
    pub(super) now: u64,
    /// The world fails when its clock gets here.
    limit: u64,
    pub(super) tasks: Vec<Task>,
    free: Vec<TaskId>,
    /// Threads spawned so far.
    spawned: u64,
    pub(super) running: TaskId,
    /// Those that could run but do not, in no order.
    pub(super) runnable: Vec<TaskId>,
    timers: BinaryHeap<Reverse<Timer>>,
    /// Those that are neither blocked nor runnable until some time has passed.
    pub(super) late_threads: LateThreads,
    waiting: HashMap<Key, Vec<Token>, BuildHasherDefault<AddressHasher>>,
    /// Vectors for `waiting` to use again.
    spare: Vec<Vec<Token>>,
    pub(super) scheduler: Scheduler,
    pub(super) clock_jitter: Dice,
    pub(super) trace: Trace,
    pub(super) points: u64,
    /// Points passed since time last moved.
    pub(super) points_without_progress: u64,
}

/// One simulated thread.
pub(super) struct Task {
    /// None once it has ended.
    pub(super) info: Option<Arc<ThreadInfo>>,
    /// Its number in the order of spawns.
    pub(super) number: u64,
    /// It works for a server, so it may be late.
    pub(super) serves: bool,
    pub(super) epoch: u64,
    pub(super) blocked: bool,
    pub(super) woken: Woken,
    pub(super) standing: Standing,
    pub(super) body: Option<Body>,
    /// Unwinds, because its world ends or because it has panicked.
    pub(super) unwinding: bool,
    /// Its world ended before it began: its body is only dropped.
    pub(super) unbegun: bool,
}

impl Scheduled for Task {
    #[inline]
    fn standing(&mut self) -> &mut Standing {
        &mut self.standing
    }
}

/// Ordered by deadline. Those of one moment wake together, in any order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Timer {
    deadline: u64,
    task: TaskId,
    epoch: u64,
}

/// What went wrong with the world as a whole.
pub(super) enum Verdict {
    Deadlock,
    /// Where the thread was that went round.
    Livelock(Site),
    TimeLimit,
}

impl State {
    pub(super) fn new(seed: u64, limit: u64, schedule: Schedule) -> State {
        let Schedule { policy, lateness, expected_points, trace, .. } = schedule;
        State {
            now: 0,
            limit,
            tasks: Vec::new(),
            free: Vec::new(),
            spawned: 0,
            running: 0,
            runnable: Vec::new(),
            timers: BinaryHeap::new(),
            late_threads: LateThreads::new(seed, lateness),
            waiting: HashMap::default(),
            spare: Vec::new(),
            scheduler: Scheduler::new(seed, policy, expected_points),
            clock_jitter: Dice::new(seed, "costs"),
            trace: Trace::new(trace),
            points: 0,
            points_without_progress: 0,
        }
    }

    #[inline]
    pub(super) fn pass(&mut self, operation: Operation, site: Site) {
        self.points += 1;
        self.points_without_progress += 1;
        let Task { number, standing, .. } = &mut self.tasks[self.running as usize];
        self.scheduler.announce(standing, operation, site);
        self.trace.event(self.now, *number, operation.op, operation.object, Some(site));
        // Whoever goes round and round in no time may wait for one that is late.
        if self.points_without_progress.is_multiple_of(u64::from(PATIENCE)) {
            self.let_soonest_go();
        }
    }

    #[inline]
    pub(super) fn preempts(&mut self, point: u64) -> bool {
        self.scheduler.preempts(point, &mut self.tasks[self.running as usize])
    }

    pub(super) fn step_back(&mut self, task: TaskId) {
        self.scheduler.step_back(&mut self.tasks[task as usize]);
    }

    /// The running thread's next operation is to lock this mutex, when its wait is over.
    pub(super) fn locks_after_wait(&mut self, mutex: ObjectNumber) {
        let standing = &mut self.tasks[self.running as usize].standing;
        self.scheduler.locks_after_wait(standing, mutex);
    }

    pub(super) fn spawn(&mut self, info: Arc<ThreadInfo>, body: Body) {
        self.spawned += 1;
        let (number, standing) = (self.spawned, self.scheduler.new_standing(&info));
        let serves = info.server.is_some();
        let (info, body) = (Some(info), Some(body));
        let fresh = Task {
            info,
            number,
            serves,
            epoch: 0,
            blocked: false,
            woken: Woken::Directly,
            standing,
            body,
            unwinding: false,
            unbegun: false,
        };
        let task = match self.free.pop() {
            Some(free) => {
                let slot = &mut self.tasks[free as usize];
                // Counted on, so that tokens of the last thread here stay stale.
                *slot = Task { epoch: slot.epoch + 1, ..fresh };
                free
            }
            None => {
                self.tasks.push(fresh);
                (self.tasks.len() - 1) as TaskId
            }
        };
        self.can_run(task, Occasion::Spawned, self.now);
    }

    pub(super) fn end(&mut self, task: TaskId) {
        let slot = &mut self.tasks[task as usize];
        self.scheduler.ends(&mut slot.standing);
        slot.info = None;
        slot.epoch += 1;
        self.free.push(task);
    }

    #[inline]
    pub(super) fn block(&mut self, me: TaskId, keys: &[Key], deadline: Option<u64>) {
        self.note_unwinding(me);
        let State { tasks, waiting, spare, timers, now, scheduler, .. } = self;
        let task = &mut tasks[me as usize];
        task.blocked = true;
        scheduler.waits(&mut task.standing);
        let token = Token { task: me, epoch: task.epoch };
        for key in keys {
            waiting.entry(*key).or_insert_with(|| spare.pop().unwrap_or_default()).push(token);
        }
        match deadline {
            // It can go on at once: but who could run meanwhile may come first.
            Some(deadline) if deadline <= *now => drop(self.wake(token, Woken::TimedOut)),
            Some(deadline) => {
                timers.push(Reverse(Timer { deadline, task: me, epoch: token.epoch }))
            }
            None => {}
        }
    }

    /// Notes whether the thread unwinds before another runs: under coroutines std speaks of all of
    /// them, and says that one does.
    #[inline]
    pub(super) fn note_unwinding(&mut self, me: TaskId) {
        if self.tasks[me as usize].unwinding != panicking() {
            self.tasks[me as usize].unwinding = self.unwinds_unnoted(me);
        }
    }

    /// Does this thread unwind?
    pub(super) fn unwinds(&self, me: TaskId) -> bool {
        let task = &self.tasks[me as usize];
        task.unwinding || task.unbegun || self.unwinds_unnoted(me)
    }

    /// Does this thread unwind although that is not noted? If any does, it is this one unless
    /// it is another. (Of two that no panic hook has heard of, only one is found out.)
    #[cold]
    fn unwinds_unnoted(&self, me: TaskId) -> bool {
        let noted = |task: &Task| task.unwinding && task.info.is_some();
        let others = self.tasks.iter().enumerate().filter(|(at, _)| *at != me as usize);
        panicking() && !others.into_iter().any(|(_, task)| noted(task))
    }

    /// Does anyone wait for the key?
    pub(super) fn is_awaited(&self, key: Key) -> bool {
        let tokens = self.waiting.get(&key);
        tokens.is_some_and(|tokens| tokens.iter().any(|token| self.is_waiting(*token)))
    }

    /// Takes a thread that was woken off the other queues it stood in.
    #[inline]
    pub(super) fn forget(&mut self, me: TaskId, keys: &[Key], woken: Woken) {
        for key in keys.iter().filter(|key| woken != Woken::By(**key)) {
            if let Some(tokens) = self.waiting.get_mut(key) {
                tokens.retain(|token| token.task != me);
                self.tidy(*key);
            }
        }
    }

    /// A key without waiting threads is not kept.
    #[inline]
    fn tidy(&mut self, key: Key) {
        if self.waiting.get(&key).is_some_and(Vec::is_empty) {
            self.spare.extend(self.waiting.remove(&key));
        }
    }

    #[inline]
    pub(super) fn is_waiting(&self, token: Token) -> bool {
        let task = &self.tasks[token.task as usize];
        task.blocked && task.epoch == token.epoch
    }

    #[inline]
    pub(super) fn wake(&mut self, token: Token, woken: Woken) -> bool {
        self.wake_at(token, woken, self.now)
    }

    /// Ends a wait at that time, which may be one that the clock is about to show.
    #[inline]
    fn wake_at(&mut self, token: Token, woken: Woken, now: u64) -> bool {
        let task = &mut self.tasks[token.task as usize];
        let waits = task.blocked && task.epoch == token.epoch;
        if waits {
            task.blocked = false;
            task.epoch += 1;
            task.woken = woken;
            self.scheduler.woken(&mut task.standing);
            self.can_run(token.task, Occasion::Woken, now);
        }
        waits
    }

    #[inline]
    pub(super) fn wake_one(&mut self, key: Key) -> Option<Token> {
        let found = loop {
            let tokens = self.waiting.get_mut(&key)?;
            if tokens.is_empty() {
                break None;
            }
            let token = tokens.swap_remove(self.scheduler.any_of(tokens.len()));
            if self.wake(token, Woken::By(key)) {
                break Some(token);
            }
        };
        self.tidy(key);
        found
    }

    #[inline]
    pub(super) fn wake_all(&mut self, key: Key) -> usize {
        let Some(mut tokens) = self.waiting.remove(&key) else { return 0 };
        let woken = tokens.drain(..).filter(|token| self.wake(*token, Woken::By(key))).count();
        self.spare.push(tokens);
        woken
    }

    /// The thread that runs next, now that the running one stops; time passes if none can.
    #[inline]
    pub(super) fn next(&mut self) -> Result<TaskId, Verdict> {
        while self.runnable.is_empty() {
            self.scheduler.none_waits();
            let to = match (self.late_threads.soonest(), self.timers.peek()) {
                (None, None) => return Err(Verdict::Deadlock),
                (Some(until), timer) if timer.is_none_or(|timer| until < timer.0.deadline) => until,
                _ => match self.wake_first_timer() {
                    Some(deadline) => deadline,
                    None => continue,
                },
            };
            if !self.advance(to) {
                return Err(Verdict::TimeLimit);
            }
        }
        Ok(self.choose())
    }

    /// Wakes the thread that waits for the next deadline, which has come; none if its wait has
    /// ended already.
    #[inline]
    fn wake_first_timer(&mut self) -> Option<u64> {
        let Reverse(Timer { deadline, task, epoch }) = self.timers.pop()?;
        self.wake_at(Token { task, epoch }, Woken::TimedOut, deadline).then_some(deadline)
    }

    /// Time passes, and wakes the threads that wait for it. False if the world has no time left:
    /// its clock stands still at the limit.
    #[inline]
    pub(super) fn advance(&mut self, to: u64) -> bool {
        let in_time = to <= self.limit;
        let to = to.min(self.limit);
        if to > self.now {
            self.now = to;
            self.points_without_progress = 0;
        }
        while let Some(Reverse(timer)) = self.timers.peek() {
            if timer.deadline > self.now {
                break;
            }
            let token = Token { task: timer.task, epoch: timer.epoch };
            self.timers.pop();
            self.wake(token, Woken::TimedOut);
        }
        while self.late_threads.soonest().is_some_and(|until| until <= self.now) {
            self.let_soonest_go();
        }
        in_time
    }

    #[inline]
    pub(super) fn choose(&mut self) -> TaskId {
        let at = self.scheduler.choose(&self.runnable, &mut self.tasks);
        let next = self.runnable.swap_remove(at);
        self.running = next;
        self.trace.event(self.now, self.tasks[next as usize].number, Op::Chosen, 0, None);
        next
    }
}

/// Spreads addresses. Nothing depends on the order it gives: the map is never walked.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    #[inline]
    fn write_usize(&mut self, address: usize) {
        self.0 = (address as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(26);
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("a key is one address");
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
