//! Reads a request from the environment, and says of what cannot be read what it must be.

use super::{
    BACKEND, CHILD, EVENTS, LAST, LATE, LOG, LOG_FILE, MEMORY, MODE, PCT, POS, PREEMPT, REORDER,
    REQUIRED, RESULT, RULES, Role, SEED, SEEDS, SET, SURW, TIME_LIMIT, TRACE, TestRequest,
    Unreadable,
};
use crate::{LogFilter, Mode, Policy, Seeds, Simulation};
use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

const COUNT: &str = "a whole number from 1 to 4294967295";

/// An environment, and the first problem that was found in it.
struct Reader<V> {
    variable: V,
    problem: Option<String>,
}

/// The request in an environment. Of what only a child is asked, others read nothing: it was meant
/// for the process that started them.
pub(super) fn request<V>(variable: V) -> Result<TestRequest, Unreadable>
where
    V: Fn(&str) -> Option<OsString>,
{
    let mut reader = Reader { variable, problem: None };
    let is_child = reader.is_set(CHILD);
    let mode = reader.mode();
    let by_hand = TestRequest {
        mode,
        seeds: reader.value(SEED, "a whole number below 2^64").map(Seeds::one),
        time_limit_seconds: reader.value(TIME_LIMIT, COUNT),
        memory_mib: reader.value(MEMORY, COUNT),
        simulation: reader.simulation(),
        rules_required: reader.rules_required(),
        events: reader.is_set(EVENTS),
        log_filter: reader.log_filter(),
        log_file: reader.path(LOG_FILE),
        ..TestRequest::default()
    };
    let request = match is_child {
        false => by_hand,
        true => TestRequest {
            role: Role::Child,
            seeds: reader.seeds(mode).or(by_hand.seeds),
            result: reader.path(RESULT),
            only_last: reader.is_set(LAST),
            trace: reader.path(TRACE),
            ..by_hand
        },
    };
    match reader.problem {
        None => Ok(request),
        Some(problem) => Err(Unreadable { problem, rest: Box::new(request) }),
    }
}

impl<V: Fn(&str) -> Option<OsString>> Reader<V> {
    fn raw(&self, name: &str) -> Option<OsString> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    fn is_set(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        self.raw(name).map(PathBuf::from)
    }

    fn text(&self, name: &str) -> Option<String> {
        self.raw(name).map(|value| value.to_string_lossy().trim().to_owned())
    }

    /// The value if there is one; a problem is remembered, unless there is one already.
    fn or_problem<T>(&mut self, read: Option<Result<T, String>>) -> Option<T> {
        match read.transpose() {
            Ok(value) => value,
            Err(problem) => {
                self.problem.get_or_insert(problem);
                None
            }
        }
    }

    /// A value of a type that says nothing of what it must be.
    fn value<T: FromStr>(&mut self, name: &str, wanted: &str) -> Option<T> {
        let text = self.text(name);
        let read = text.map(|text| text.parse().map_err(|_| must_be(name, &text, wanted)));
        self.or_problem(read)
    }

    /// One of a few words.
    fn word<T: FromStr<Err = String>>(&mut self, name: &str) -> Option<T> {
        let text = self.text(name);
        let read = text.map(|text| text.parse().map_err(|choices| must_be(name, &text, choices)));
        self.or_problem(read)
    }

    fn mode(&mut self) -> Mode {
        self.word(MODE).unwrap_or_default()
    }

    fn seeds(&mut self, mode: Mode) -> Option<Seeds> {
        let text = self.text(SEEDS).filter(|_| mode == Mode::Sim);
        self.or_problem(text.map(|text| text.parse().map_err(|no| format!("{SEEDS}: {no}"))))
    }

    fn log_filter(&mut self) -> Option<LogFilter> {
        let text = self.text(LOG);
        self.or_problem(text.map(|text| text.parse()))
    }

    fn simulation(&mut self) -> Simulation {
        let policy = self.policy();
        let backend = self.word(BACKEND).unwrap_or_default();
        Simulation { backend, policy, late: self.word(LATE), reorder: self.word(REORDER) }
    }

    fn policy(&mut self) -> Option<Policy> {
        let set = [PREEMPT, PCT, POS, SURW].into_iter().filter(|name| self.is_set(name));
        match set.collect::<Vec<_>>()[..] {
            [] => None,
            [PREEMPT] => self.preemption().map(|preemption| Policy::Random { preemption }),
            [PCT] => self.whole_number(PCT).map(|depth| Policy::Pct { depth }),
            [SURW] => self.whole_number(SURW).map(|one_in| Policy::Surw { one_in }),
            [_] => self.pos(),
            [one, other, ..] => {
                let both = format!("{one} and {other} are two ways to choose: set one");
                self.or_problem(Some(Err(both)))
            }
        }
    }

    fn pos(&mut self) -> Option<Policy> {
        let text = self.text(POS);
        let read = text.map(|text| match text.as_str() {
            SET => Ok(Policy::Pos),
            _ => Err(must_be(POS, &text, SET)),
        });
        self.or_problem(read)
    }

    fn rules_required(&mut self) -> bool {
        let text = self.text(RULES);
        let read = text.map(|text| match text.as_str() {
            REQUIRED => Ok(true),
            _ => Err(must_be(RULES, &text, REQUIRED)),
        });
        self.or_problem(read).unwrap_or(false)
    }

    fn preemption(&mut self) -> Option<f64> {
        let text = self.text(PREEMPT);
        let read = text.map(|text| {
            let number = text.parse().ok().filter(|number| (0.0..=1.0).contains(number));
            number.ok_or_else(|| must_be(PREEMPT, &text, "a number from 0 to 1"))
        });
        self.or_problem(read)
    }

    fn whole_number(&mut self, name: &str) -> Option<u32> {
        let text = self.text(name);
        let read = text.map(|text| {
            let number = text.parse().ok().filter(|number| *number > 0);
            number.ok_or_else(|| must_be(name, &text, "a whole number from 1"))
        });
        self.or_problem(read)
    }
}

fn must_be(name: &str, text: &str, wanted: impl AsRef<str>) -> String {
    format!("{name} is {text:?}, and must be {}", wanted.as_ref())
}
