//! The core of a simulated world: its threads, its clock, its timers, and who runs next.
//!
//! One thread runs at a time, so between two scheduling points nothing else happens: "put me in
//! the queue, then block" needs no further care. Everything that blocks is built on three
//! operations:
//!
//! - [`point`](Core::point): something was done that another thread could see. Another thread may
//!   run now.
//! - [`wait`](Core::wait): the running thread stops until one of some *keys* is woken, or until a
//!   deadline. A key is an address, which stands for what is waited for.
//! - [`wake_one`](Core::wake_one), [`wake_all`](Core::wake_all): threads that wait for a key can
//!   run again. What they waited for may be gone by the time they do (stealing is allowed), so
//!   they look again.
//!
//! A [`Token`] names one wait of one thread. A thread that waits for several things leaves its
//! token with each; the first to wake it makes the others stale.
//!
//! The lock on the state is never contended by simulated threads, and never held across a switch.
//! It is there so that a report can be made from outside.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;

use super::carrier::{STACK, switch};
use super::guard::{Watched, take_misuse};
use super::schedule::{Dice, Priority, Ranked, Scheduler};
use super::trace::{ObjectNumber, Op, Trace};
use super::{Policy, Schedule};
use crate::record::{Record, ThreadNumber};
use crate::wait::Site;
use crate::world::{Failure, FailureKind, Options, World};

/// A thread's place in its world. Used again when the thread has ended.
pub(crate) type TaskId = u32;

/// So many scheduling points in a row without time passing are a livelock.
const LIVELOCK: u64 = 1_000_000;

/// So many simulated threads are too many for a process: a leak, most likely. Each takes two
/// memory maps, of which Linux gives a process 65,530.
const MAX_THREADS: usize = 24_000;

/// Simulated threads of all worlds. One that could not be ended keeps its stack, and counts on.
static THREADS: AtomicUsize = AtomicUsize::new(0);

/// What looking at the clock and yielding cost, in nanoseconds: at least, and up to so much more.
const CLOCK_COST: (u64, usize) = (1_000, 19_000);

/// What a thread waits for: the address of the object, which lives as long as anyone waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key(usize);

impl Key {
    pub(crate) fn of<T: ?Sized>(object: &T) -> Key {
        Key(std::ptr::from_ref(object).cast::<u8>() as usize)
    }

    /// A second key for an object of more than one byte.
    pub(crate) fn second(self) -> Key {
        Key(self.0 + 1)
    }
}

/// One wait of one thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    task: TaskId,
    epoch: u64,
}

/// Why a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Woken {
    /// This key was woken.
    By(Key),
    /// The thread itself was, by its token.
    Directly,
    /// The deadline has come.
    TimedOut,
    /// The world ends.
    Ending,
}

/// Where control goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Task(TaskId),
    /// To whoever started the world: it has ended.
    Driver,
}

/// What unwinds a thread when its world ends.
pub(crate) struct Kill;

pub(crate) type Body = Box<dyn FnOnce() + Send>;

pub(crate) struct Core {
    /// Tags this world's objects.
    pub(crate) id: u32,
    /// Nanoseconds since the world began. Beside the state, because a log line must not take locks.
    now: AtomicU64,
    /// Objects numbered so far.
    objects: AtomicU32,
    /// The world has ended, well or badly: every thread is to unwind.
    ending: AtomicBool,
    /// What the watchdog sees of this world.
    pub(super) watched: Arc<Watched>,
    state: Mutex<State>,
}

struct State {
    now: u64,
    /// The world fails when its clock gets here.
    limit: u64,
    tasks: Vec<Task>,
    free: Vec<TaskId>,
    /// Threads spawned so far.
    spawned: u64,
    running: TaskId,
    /// Those that could run but do not, in no order.
    runnable: Vec<TaskId>,
    timers: BinaryHeap<Reverse<Timer>>,
    waiting: HashMap<Key, Vec<Token>, BuildHasherDefault<AddressHasher>>,
    /// Vectors for `waiting` to use again.
    spare: Vec<Vec<Token>>,
    scheduler: Scheduler,
    costs: Dice,
    trace: Trace,
    points: u64,
    /// Points passed since time last moved.
    standing: u64,
}

struct Task {
    /// None once it has ended.
    record: Option<Arc<Record>>,
    /// Its number in the order of spawns.
    number: u64,
    epoch: u64,
    blocked: bool,
    woken: Woken,
    priority: Priority,
    body: Option<Body>,
    /// Unwinds, because its world ends or because it has panicked.
    unwinding: bool,
}

impl Ranked for Task {
    fn priority(&mut self) -> &mut Priority {
        &mut self.priority
    }
}

/// Ordered by deadline, then by age: the order in which equal deadlines were set.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Timer {
    deadline: u64,
    task: TaskId,
    epoch: u64,
}

/// What went wrong with the world as a whole.
enum Verdict {
    Deadlock,
    Livelock,
    TimeLimit,
}

impl Core {
    pub(crate) fn new(options: &Options, schedule: Schedule, world: Weak<World>) -> Core {
        static NEXT: AtomicU32 = AtomicU32::new(crate::runtime::FIRST_WORLD);
        let Schedule { policy, expected_points, trace, .. } = schedule;
        let seed = options.seed;
        let describe = move |failure: &mut Failure| {
            if let Some(world) = world.upgrade() {
                world.describe(failure);
            }
        };
        let state = State {
            now: 0,
            limit: nanos(options.time_limit),
            tasks: Vec::new(),
            free: Vec::new(),
            spawned: 0,
            running: 0,
            runnable: Vec::new(),
            timers: BinaryHeap::new(),
            waiting: HashMap::default(),
            spare: Vec::new(),
            scheduler: Scheduler::new(seed, policy, expected_points),
            costs: Dice::new(seed, "costs"),
            trace: Trace::new(trace),
            points: 0,
            standing: 0,
        };
        Core {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            now: AtomicU64::new(0),
            objects: AtomicU32::new(0),
            ending: AtomicBool::new(false),
            watched: Arc::new(Watched::new(options.name.clone(), seed, STACK, describe)),
            state: Mutex::new(state),
        }
    }

    /// Virtual time since the world began. Costs nothing, and is no scheduling point.
    pub(crate) fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.now.load(Ordering::Relaxed))
    }

    /// A number for an object that the world has not met before.
    pub(crate) fn number_object(&self) -> ObjectNumber {
        self.objects.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The point in time so long from now.
    pub(crate) fn deadline(&self, limit: Duration) -> u64 {
        self.now.load(Ordering::Relaxed).saturating_add(nanos(limit))
    }

    /// A scheduling point: the running thread has done something, or is about to, that others can
    /// see. Unwinds if the world ends.
    #[inline]
    pub(crate) fn point(&self, op: Op, object: ObjectNumber, site: Site) {
        if self.pass_point(op, object, site) {
            self.stop_here();
        }
    }

    /// As [`point`](Core::point), but never unwinds: for destructors.
    #[inline]
    pub(crate) fn point_in_drop(&self, op: Op, object: ObjectNumber, site: Site) {
        self.pass_point(op, object, site);
    }

    /// A point, and perhaps a switch; true if the world is ending.
    #[inline]
    fn pass_point(&self, op: Op, object: ObjectNumber, site: Site) -> bool {
        if self.is_ending() {
            return true;
        }
        let mut state = self.state.lock();
        if let Some(misuse) = take_misuse() {
            drop(state);
            self.world().fail(*misuse);
            return true;
        }
        self.watched.heartbeat.store(state.points, Ordering::Relaxed);
        state.pass(op, object, Some(site));
        if state.standing > LIVELOCK {
            drop(state);
            self.judge(Verdict::Livelock);
            return true;
        }
        let (me, point) = (state.running, state.points);
        if state.runnable.is_empty() || !state.preempts(point) {
            return false;
        }
        self.give_way(me, state)
    }

    /// Lets others that can run go first, now.
    pub(crate) fn yield_now(&self, site: Site) {
        if !self.is_ending() {
            let mut state = self.state.lock();
            state.pass(Op::Yield, 0, Some(site));
            let me = state.running;
            state.step_back(me);
            if self.charge(&mut state) && !self.give_way(me, state) {
                return;
            }
        }
        self.stop_here();
    }

    /// Does nothing for so long, not even if somebody wakes it.
    pub(crate) fn sleep(&self, duration: Duration, site: Site) {
        self.point(Op::Sleep, 0, site);
        let deadline = self.deadline(duration);
        while self.wait(&[], Some(deadline)) != Woken::TimedOut {}
    }

    /// The running thread may be switched away from, though it could go on. True if the world is
    /// ending.
    fn give_way(&self, me: TaskId, mut state: parking_lot::MutexGuard<'_, State>) -> bool {
        state.runnable.push(me);
        let next = state.choose();
        if next == me {
            return false;
        }
        drop(state);
        switch(Next::Task(next));
        self.is_ending()
    }

    /// Looks at the clock, which takes some time. A scheduling point.
    pub(crate) fn read_clock(&self, site: Site) -> Duration {
        if !self.is_ending() && !self.charge(&mut self.state.lock()) {
            self.stop_here();
        }
        self.point(Op::Clock, 0, site);
        self.elapsed()
    }

    /// A little time passes. False if it was the last.
    fn charge(&self, state: &mut parking_lot::MutexGuard<'_, State>) -> bool {
        let (least, spread) = CLOCK_COST;
        let later = state.now + least + state.costs.below(spread) as u64;
        let in_time = state.advance(later);
        self.now.store(state.now, Ordering::Relaxed);
        if !in_time {
            parking_lot::MutexGuard::unlocked(state, || self.judge(Verdict::TimeLimit));
        }
        in_time
    }

    /// Blocks the running thread until one of the keys is woken, or it itself, or until the
    /// deadline. Unwinds if the world ends meanwhile.
    #[inline]
    pub(crate) fn wait(&self, keys: &[Key], deadline: Option<u64>) -> Woken {
        match self.wait_masked(keys, deadline) {
            Woken::Ending => self.unwind_unless_unwinding(deadline.is_some()),
            woken => woken,
        }
    }

    /// As [`wait`](Core::wait), but tells the caller if the world ends: one that must not unwind
    /// here, because it has something to put in order first. A caller that waits on finds control
    /// with other threads meanwhile, which unwind.
    pub(crate) fn wait_masked(&self, keys: &[Key], deadline: Option<u64>) -> Woken {
        if self.is_ending() {
            switch(Next::Driver);
            return Woken::Ending;
        }
        let mut state = self.state.lock();
        let me = state.running;
        state.block(me, keys, deadline);
        let next = state.next();
        self.now.store(state.now, Ordering::Relaxed);
        match next {
            Ok(next) if next == me => {}
            Ok(next) => {
                drop(state);
                switch(Next::Task(next));
                state = self.state.lock();
            }
            Err(verdict) => {
                drop(state);
                self.judge(verdict);
                switch(Next::Driver);
                state = self.state.lock();
            }
        }
        if self.is_ending() {
            return Woken::Ending;
        }
        let woken = state.tasks[me as usize].woken;
        state.forget(me, keys, woken);
        woken
    }

    /// The next wait of the running thread, to be told to those that may end it.
    pub(crate) fn token(&self) -> Token {
        let state = self.state.lock();
        Token { task: state.running, epoch: state.tasks[state.running as usize].epoch }
    }

    /// Ends this wait, if it still lasts.
    pub(crate) fn wake(&self, token: Token) -> bool {
        self.state.lock().wake(token, Woken::Directly)
    }

    /// Ends the wait of any thread that waits for the key.
    #[inline]
    pub(crate) fn wake_one(&self, key: Key) -> Option<Token> {
        self.state.lock().wake_one(key)
    }

    /// Ends the waits of all threads that wait for the key, and says how many there were.
    #[inline]
    pub(crate) fn wake_all(&self, key: Key) -> usize {
        self.state.lock().wake_all(key)
    }

    /// Does anyone wait for the key?
    pub(crate) fn is_awaited(&self, key: Key) -> bool {
        let state = self.state.lock();
        let tokens = state.waiting.get(&key);
        tokens.is_some_and(|tokens| tokens.iter().any(|token| state.is_waiting(*token)))
    }

    /// Any of so many, as the seed says.
    pub(crate) fn any_of(&self, count: usize) -> usize {
        self.state.lock().scheduler.any_of(count)
    }

    #[inline]
    pub(crate) fn is_ending(&self) -> bool {
        // Relaxed: set and read by threads of which one runs at a time.
        self.ending.load(Ordering::Relaxed)
    }

    /// A new thread, which can run from now on.
    ///
    /// # Errors
    /// If there are too many already: what to say.
    pub(crate) fn spawn(&self, record: Arc<Record>, body: Body) -> Result<(), String> {
        if THREADS.load(Ordering::Relaxed) >= MAX_THREADS {
            return Err(self.too_many_threads());
        }
        THREADS.fetch_add(1, Ordering::Relaxed);
        self.state.lock().spawn(record, body);
        Ok(())
    }

    #[cold]
    fn too_many_threads(&self) -> String {
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        for record in self.records() {
            *names.entry(record.to_string()).or_default() += 1;
        }
        let most = names.into_iter().max_by_key(|(_, count)| *count);
        let most = most.map(|(name, count)| format!(": {count} of them are {name}"));
        format!("{MAX_THREADS} simulated ones are alive{}", most.unwrap_or_default())
    }

    /// The life of a simulated thread, called by what carries it; returns who is next.
    pub(super) fn run_task(&self, task: TaskId, body: Body) -> Next {
        // What it was to do is not done any more in a world that is ending, but dropped.
        let run = move || if self.is_ending() { drop(body) } else { body() };
        if let Err(payload) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
            crate::world::report_panic(payload.as_ref());
        }
        THREADS.fetch_sub(1, Ordering::Relaxed);
        let mut state = self.state.lock();
        state.end(task);
        if self.is_ending() {
            return Next::Driver;
        }
        let next = state.next();
        self.now.store(state.now, Ordering::Relaxed);
        drop(state);
        match next {
            Ok(next) => Next::Task(next),
            Err(verdict) => {
                self.judge(verdict);
                Next::Driver
            }
        }
    }

    /// The world ends. From here on threads only unwind.
    pub(crate) fn end(&self) {
        self.ending.store(true, Ordering::Relaxed);
    }

    /// The running thread panics, or otherwise unwinds: it does not switch of its own accord.
    pub(crate) fn unwinds(&self) {
        let mut state = self.state.lock();
        let me = state.running as usize;
        state.tasks[me].unwinding = true;
    }

    pub(crate) fn is_unwinding(&self) -> bool {
        let state = self.state.lock();
        state.tasks[state.running as usize].unwinding
    }

    /// The running thread meets a point of a world that has ended.
    #[cold]
    fn stop_here(&self) {
        let unwinding = self.is_unwinding();
        if !unwinding {
            switch(Next::Driver);
            self.unwind();
        }
    }

    /// Goes on with unwinding after something was put in order.
    pub(crate) fn unwind_if_ending(&self) {
        if self.is_ending() && !self.is_unwinding() {
            self.unwind();
        }
    }

    #[cold]
    fn unwind_unless_unwinding(&self, timed: bool) -> Woken {
        if !self.is_unwinding() {
            self.unwind();
        }
        // In a destructor: time does not pass any more, so a timed wait is over.
        if timed { Woken::TimedOut } else { Woken::Ending }
    }

    fn unwind(&self) -> ! {
        self.unwinds();
        resume_unwind(Box::new(Kill))
    }

    #[cold]
    fn judge(&self, verdict: Verdict) {
        let world = self.world();
        match verdict {
            Verdict::Deadlock => world.fail_whole(
                FailureKind::Deadlock,
                "deadlock: no thread can run, and none waits for a time to come".into(),
            ),
            Verdict::Livelock => world.fail_here(
                FailureKind::Livelock,
                format!("livelock: {LIVELOCK} scheduling points without time passing"),
                None,
            ),
            Verdict::TimeLimit => world.exceed(),
        }
    }

    fn world(&self) -> Arc<World> {
        World::current().expect("a simulated thread belongs to a world")
    }

    // For the driver and for reports.

    /// Can the state be looked at?
    pub(crate) fn is_free(&self) -> bool {
        !self.state.is_locked()
    }

    /// The first thread to run.
    pub(super) fn first(&self) -> TaskId {
        self.state.lock().choose()
    }

    /// A thread starts: who it is, and what it does.
    pub(super) fn begin(&self, task: TaskId) -> (Arc<Record>, Body) {
        let mut state = self.state.lock();
        let task = &mut state.tasks[task as usize];
        let record = task.record.clone().expect("a thread that starts has not ended");
        (record, task.body.take().expect("a thread starts once"))
    }

    /// The threads that have not ended, oldest first.
    pub(crate) fn records(&self) -> Vec<Arc<Record>> {
        let state = self.state.lock();
        let mut alive: Vec<_> = state.tasks.iter().filter(|task| task.record.is_some()).collect();
        alive.sort_by_key(|task| task.number);
        alive.into_iter().filter_map(|task| task.record.clone()).collect()
    }

    /// The thread of this number, if it has not ended.
    pub(crate) fn find(&self, number: ThreadNumber) -> Option<Arc<Record>> {
        let state = self.state.lock();
        let mut records = state.tasks.iter().filter_map(|task| task.record.as_ref());
        records.find(|record| record.number == number).cloned()
    }

    /// The threads that have not ended, oldest first.
    pub(super) fn alive(&self) -> Vec<TaskId> {
        let state = self.state.lock();
        let mut alive: Vec<_> =
            (0..state.tasks.len()).filter(|task| state.tasks[*task].record.is_some()).collect();
        alive.sort_by_key(|task| state.tasks[*task].number);
        alive.into_iter().map(|task| task as TaskId).collect()
    }

    /// The driver is about to give control to this thread.
    pub(super) fn set_running(&self, task: TaskId) {
        self.watched.heartbeat.fetch_add(1, Ordering::Relaxed);
        self.state.lock().running = task;
    }

    /// Points, policy and hash, for the record; forgets the threads that could not be ended.
    pub(super) fn finish(&self) -> (u64, Policy, u64) {
        let mut state = self.state.lock();
        let tasks = std::mem::take(&mut state.tasks);
        let figures = (state.points, state.scheduler.policy(), state.trace.finish());
        drop(state);
        // Each record has the world, which has this core.
        drop(tasks);
        figures
    }
}

impl State {
    #[inline]
    fn pass(&mut self, op: Op, object: ObjectNumber, site: Option<Site>) {
        self.points += 1;
        self.standing += 1;
        let thread = self.tasks[self.running as usize].number;
        self.trace.event(self.now, thread, op, object, site);
    }

    #[inline]
    fn preempts(&mut self, point: u64) -> bool {
        self.scheduler.preempts(point, &mut self.tasks[self.running as usize])
    }

    fn step_back(&mut self, task: TaskId) {
        self.scheduler.step_back(&mut self.tasks[task as usize]);
    }

    fn spawn(&mut self, record: Arc<Record>, body: Body) {
        self.spawned += 1;
        let (number, priority) = (self.spawned, self.scheduler.new_priority());
        let (record, body) = (Some(record), Some(body));
        let fresh = Task {
            record,
            number,
            epoch: 0,
            blocked: false,
            woken: Woken::Directly,
            priority,
            body,
            unwinding: false,
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
        self.runnable.push(task);
    }

    fn end(&mut self, task: TaskId) {
        let slot = &mut self.tasks[task as usize];
        slot.record = None;
        slot.epoch += 1;
        self.free.push(task);
    }

    #[inline]
    fn block(&mut self, me: TaskId, keys: &[Key], deadline: Option<u64>) {
        let State { tasks, waiting, spare, timers, .. } = self;
        let task = &mut tasks[me as usize];
        task.blocked = true;
        let token = Token { task: me, epoch: task.epoch };
        for key in keys {
            waiting.entry(*key).or_insert_with(|| spare.pop().unwrap_or_default()).push(token);
        }
        if let Some(deadline) = deadline {
            timers.push(Reverse(Timer { deadline, task: me, epoch: token.epoch }));
        }
    }

    /// Takes a thread that was woken off the other queues it stood in.
    #[inline]
    fn forget(&mut self, me: TaskId, keys: &[Key], woken: Woken) {
        for key in keys.iter().filter(|key| woken != Woken::By(**key)) {
            if let Some(tokens) = self.waiting.get_mut(key) {
                tokens.retain(|token| token.task != me);
                self.tidy(*key);
            }
        }
    }

    /// A key that nobody waits for any more is not kept.
    #[inline]
    fn tidy(&mut self, key: Key) {
        if self.waiting.get(&key).is_some_and(Vec::is_empty) {
            self.spare.extend(self.waiting.remove(&key));
        }
    }

    #[inline]
    fn is_waiting(&self, token: Token) -> bool {
        let task = &self.tasks[token.task as usize];
        task.blocked && task.epoch == token.epoch
    }

    #[inline]
    fn wake(&mut self, token: Token, woken: Woken) -> bool {
        let task = &mut self.tasks[token.task as usize];
        let waits = task.blocked && task.epoch == token.epoch;
        if waits {
            task.blocked = false;
            task.epoch += 1;
            task.woken = woken;
            self.runnable.push(token.task);
        }
        waits
    }

    #[inline]
    fn wake_one(&mut self, key: Key) -> Option<Token> {
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
    fn wake_all(&mut self, key: Key) -> usize {
        let Some(mut tokens) = self.waiting.remove(&key) else { return 0 };
        let woken = tokens.drain(..).filter(|token| self.wake(*token, Woken::By(key))).count();
        self.spare.push(tokens);
        woken
    }

    /// Who runs now that the running thread does not; time passes if nobody can.
    #[inline]
    fn next(&mut self) -> Result<TaskId, Verdict> {
        while self.runnable.is_empty() {
            let Some(Reverse(timer)) = self.timers.pop() else { return Err(Verdict::Deadlock) };
            let token = Token { task: timer.task, epoch: timer.epoch };
            if self.is_waiting(token) {
                self.wake(token, Woken::TimedOut);
                if !self.advance(timer.deadline) {
                    return Err(Verdict::TimeLimit);
                }
            }
        }
        Ok(self.choose())
    }

    /// Time passes, and wakes whoever waits for it. False if the world has no time left.
    #[inline]
    fn advance(&mut self, to: u64) -> bool {
        if to > self.now {
            self.now = to;
            self.standing = 0;
        }
        while let Some(Reverse(timer)) = self.timers.peek() {
            if timer.deadline > self.now {
                break;
            }
            let token = Token { task: timer.task, epoch: timer.epoch };
            self.timers.pop();
            self.wake(token, Woken::TimedOut);
        }
        self.now <= self.limit
    }

    #[inline]
    fn choose(&mut self) -> TaskId {
        let at = self.scheduler.choose(&self.runnable, &mut self.tasks);
        let next = self.runnable.swap_remove(at);
        if next != self.running {
            self.running = next;
            self.scheduler.switched();
        }
        self.trace.event(self.now, self.tasks[next as usize].number, Op::Chosen, 0, None);
        next
    }
}

fn nanos(duration: Duration) -> u64 {
    duration.as_nanos().try_into().unwrap_or(u64::MAX)
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
