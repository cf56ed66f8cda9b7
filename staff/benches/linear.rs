//! What checking costs: time, steps and memory.
//!
//! `cargo bench -p staff --bench linear`. Generated histories first: so many clients, keys, and
//! operations of each client, half of them appends, 5 % puts, the rest gets; linearizable, or with
//! one stale read. Each is checked in a process of its own, whose peak memory is printed.
//!
//! If `HISTORIES` names a folder with a `verdicts.tsv` (file, tab, true or false), every file it
//! lists is checked as well, and a verdict that differs ends the benchmark with an error.

use linear::format::AnyHistory;
use linear::kv::{Action, History, Operation};
use linear::{Checked, Limits};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};
use std::{env, fs};

fn main() -> ExitCode {
    let words: Vec<String> = env::args().collect();
    if let Some(place) = words.iter().position(|word| word == "--case") {
        let shape: Vec<u64> = words[place + 1..].iter().map(|word| word.parse().unwrap()).collect();
        run_case(Shape { clients: shape[0], keys: shape[1], each: shape[2] }, shape[3] != 0);
        return ExitCode::SUCCESS;
    }
    println!(
        "{:<34} {:>8} {:>9} {:>9} {:>11} {:>9} {:>11} {:>7}",
        "clients x keys x operations each",
        "verdict",
        "ms",
        "min ms",
        "steps",
        "dead ends",
        "ms, report",
        "MiB"
    );
    for shape in SHAPES {
        for is_stale in [false, true] {
            start_case(shape, is_stale);
        }
    }
    let folder = env::var_os("HISTORIES");
    folder.map_or(ExitCode::SUCCESS, |folder| check_folder(Path::new(&folder)))
}

/// What the other checkers' figures are about: no report.
const VERDICT_ALONE: Limits<'_> = Limits { report_steps: 0, ..Limits::DEFAULT };

/// How many of what.
#[derive(Clone, Copy)]
struct Shape {
    clients: u64,
    keys: u64,
    each: u64,
}

const SHAPES: [Shape; 6] = [
    Shape { clients: 15, keys: 15, each: 70 },
    Shape { clients: 15, keys: 15, each: 700 },
    Shape { clients: 5, keys: 1, each: 1000 },
    Shape { clients: 50, keys: 10, each: 200 },
    Shape { clients: 15, keys: 1, each: 300 },
    Shape { clients: 15, keys: 15, each: 13_333 },
];

fn start_case(Shape { clients, keys, each }: Shape, is_stale: bool) {
    let numbers = [clients, keys, each, u64::from(is_stale)].map(|number| number.to_string());
    let child = Command::new(env::current_exe().unwrap()).arg("--case").args(numbers).status();
    assert!(child.unwrap().success());
}

fn run_case(shape: Shape, is_stale: bool) {
    let history = generate(shape, is_stale);
    let (checked, times) = timed(|| history.check(&VERDICT_ALONE), 11);
    let (_, explained) = timed(|| history.check(&Limits::default()), 3);
    let Shape { clients, keys, each } = shape;
    let title = format!("{clients} x {keys} x {each} {}", if is_stale { "stale" } else { "" });
    println!(
        "{title:<34} {:>8} {:>9.2} {:>9.2} {:>11} {:>9} {:>11.2} {:>7.1}",
        checked.verdict.name(),
        milliseconds(times[times.len() / 2]),
        milliseconds(times[0]),
        checked.steps,
        checked.dead_ends,
        milliseconds(explained[explained.len() / 2]),
        peak_mib(),
    );
    assert_eq!(checked.verdict.is_ok(), !is_stale, "the verdict is wrong, or there is none");
}

/// A check, and the times of several, ordered; of fewer if they take long.
fn timed(check: impl Fn() -> Checked, rounds: u32) -> (Checked, Vec<Duration>) {
    let begun = Instant::now();
    let mut times = Vec::new();
    loop {
        let start = Instant::now();
        let checked = check();
        times.push(start.elapsed());
        if times.len() >= rounds as usize || begun.elapsed() > Duration::from_secs(10) {
            times.sort_unstable();
            return (checked, times);
        }
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The most memory this process has had; 0 where the system does not say.
fn peak_mib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}

/// Random numbers, the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }
}

/// An operation, and when it takes effect.
struct Planned {
    client: u64,
    key: usize,
    call: u64,
    moment: u64,
    returned: u64,
    /// What it writes; nothing, if it reads.
    text: Option<(bool, String)>,
}

/// Every client does one operation after the other, nearly without a pause.
fn plan(shape: Shape, dice: &mut Dice) -> Vec<Planned> {
    let mut planned = Vec::new();
    for client in 0..shape.clients {
        let mut time = dice.below(1000);
        for number in 0..shape.each {
            let (before, after) = (dice.below(500), dice.below(500));
            let kind = dice.below(100);
            let text = format!("x {client} {number} y");
            planned.push(Planned {
                client,
                key: dice.below(shape.keys) as usize,
                call: time,
                moment: time + before,
                returned: time + before + after,
                text: (kind < 55).then_some((kind < 5, text)),
            });
            time += before + after + 1 + dice.below(20);
        }
    }
    planned.sort_by_key(|planned| (planned.moment, planned.client));
    planned
}

fn generate(shape: Shape, is_stale: bool) -> History {
    let planned = plan(shape, &mut Dice(0x9E37_79B9));
    let lie_from = if is_stale { planned.len() * 2 / 3 } else { usize::MAX };
    let mut has_lied = false;
    let mut history = History::new();
    let mut values = vec![String::new(); shape.keys as usize];
    // Each key's last write: when it returned, and the value before.
    let mut last = vec![(0, String::new()); shape.keys as usize];
    for (number, planned) in planned.into_iter().enumerate() {
        let Planned { client, key, call, returned, text, .. } = planned;
        let name = key.to_string();
        let mut record = |action| {
            let (call, returned) = (Duration::from_nanos(call), Duration::from_nanos(returned));
            history.record(Operation {
                client,
                key: &name,
                action,
                call,
                returned: Some(returned),
            });
        };
        let Some((is_put, text)) = text else {
            let is_lie = number >= lie_from && !has_lied && last[key].0 < call && last[key].0 > 0;
            record(Action::Get(if is_lie { &last[key].1 } else { &values[key] }));
            has_lied |= is_lie;
            continue;
        };
        record(if is_put { Action::Put(&text) } else { Action::Append(&text) });
        if number >= lie_from.saturating_sub(1000) {
            last[key] = (returned, values[key].clone());
        }
        if is_put {
            values[key] = text;
        } else {
            values[key] += &text;
        }
    }
    assert_eq!(has_lied, is_stale);
    history
}

/// Checks what `verdicts.tsv` lists.
fn check_folder(folder: &Path) -> ExitCode {
    let verdicts = fs::read_to_string(folder.join("verdicts.tsv")).unwrap();
    let mut wrong = 0;
    let mut groups: Vec<(String, u32, f64, f64)> = Vec::new();
    println!(
        "\n{:<20} {:>8} {:>9} {:>9} {:>11} {:>11}",
        "file", "verdict", "ms", "min ms", "steps", "ms, report"
    );
    for line in verdicts.lines().skip(1) {
        let (file, expected) = line.split_once('\t').unwrap();
        let history = AnyHistory::read(&fs::read_to_string(folder.join(file)).unwrap()).unwrap();
        let (checked, times) = timed(|| history.check(&VERDICT_ALONE), 11);
        let (_, explained) = timed(|| history.check(&Limits::default()), 1);
        let (median, fastest) = (milliseconds(times[times.len() / 2]), milliseconds(times[0]));
        let verdict = checked.verdict.name();
        let group = file.split('/').next().unwrap_or(file);
        if group == "kv" || median > 5.0 {
            println!(
                "{file:<20} {verdict:>8} {median:>9.3} {fastest:>9.3} {:>11} {:>11.2}",
                checked.steps,
                milliseconds(explained[0])
            );
        }
        if (expected == "true") != (verdict == "ok") || verdict == "unknown" {
            println!("WRONG: {file} is {verdict}, and verdicts.tsv says {expected}");
            wrong += 1;
        }
        match groups.iter_mut().find(|(name, ..)| name == group) {
            None => groups.push((group.to_owned(), 1, median, fastest)),
            Some((_, count, medians, minima)) => {
                *count += 1;
                *medians += median;
                *minima += fastest;
            }
        }
    }
    for (name, count, medians, minima) in groups {
        println!("{name}, {count} files: {medians:.1} ms (medians), {minima:.1} ms (minima)");
    }
    println!("{wrong} wrong verdicts");
    if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
