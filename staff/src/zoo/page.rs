//! Writes docs/zoo.md, and says whether the zoo is as it should be. The same records make the same
//! page.

mod summary;

use super::kills::Kills;
use super::patch::{Patch, REFERENCE};
use super::record::{Record, Suite};
use super::run::Specimen;
use crate::problem::Problem;
use course::Course;
use std::fmt::Write;

/// Where the page is, in the workspace.
pub const PAGE: &str = "docs/zoo.md";

/// How many of the bugs that were hardest to find are listed.
const HARDEST: usize = 5;

/// A bug on a base, and what was found.
pub struct Row<'r> {
    /// The bug.
    pub specimen: Specimen<'r>,
    /// What was run on it.
    pub record: Record,
    /// Whether that was in an earlier state of the kit.
    pub is_earlier: bool,
}

/// How a bug on a base stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Found by the right name.
    Named,
    /// Found, but no failure has the right name.
    Misnamed,
    /// Not found, though the mistake took effect.
    Survived,
    /// The mistake never took effect.
    NeverFired,
}

impl Row<'_> {
    fn patch(&self) -> &Patch {
        self.specimen.patch
    }

    fn base(&self) -> &str {
        self.specimen.base.unwrap_or(REFERENCE)
    }

    fn kills(&self, suite: Suite) -> Kills {
        Kills::of(&self.record, suite, &self.patch().rules)
    }

    fn suites(&self) -> [Kills; 3] {
        [Suite::Graded, Suite::Beyond, Suite::RealThreads].map(|suite| self.kills(suite))
    }

    /// Whether some failure names the bug.
    pub fn is_named(&self) -> bool {
        self.suites().iter().any(|kills| !kills.named.is_empty())
    }

    fn standing(&self) -> Standing {
        let is_found = self.suites().iter().any(|kills| !kills.any.is_empty());
        match (self.record.fired(), self.is_named(), is_found) {
            (0, ..) => Standing::NeverFired,
            (_, true, _) => Standing::Named,
            (_, false, true) => Standing::Misnamed,
            (_, false, false) => Standing::Survived,
        }
    }

    fn cpu_seconds(&self) -> f64 {
        self.record.stages.iter().map(|stage| stage.cpu_seconds).sum()
    }

    /// How often a simulated run names the bug, of the tests that are best at it.
    fn rate(&self) -> f64 {
        self.kills(Suite::Graded).rate().max(self.kills(Suite::Beyond).rate())
    }

    /// The row for a terminal.
    pub fn line(&self) -> String {
        let [graded, beyond, real] = self.suites();
        let first = graded.first.as_ref().or(beyond.first.as_ref());
        let [seed, test] = first
            .map_or_else(Default::default, |first| [first.seed.to_string(), first.test.clone()]);
        let mut claims = graded;
        let [named, beyond, real] = [of(&claims), of(&beyond), real_word(&real, &self.record)];
        if claims.claims.is_empty() {
            claims = self.kills(Suite::Beyond);
        }
        let cells = [&self.patch().name, self.base(), &named, &seed, &test, &beyond, &real]
            .map(str::to_owned);
        let fired = fired(&self.record);
        columns(cells, &fired, &format!("{:.0} s", self.cpu_seconds()), &claims.claims())
    }
}

/// The names of the columns of [`Row::line`].
pub fn heading() -> String {
    let names = ["bug", "base", "graded", "first", "by", "beyond", "real"].map(str::to_owned);
    columns(names, "fired", "CPU", "as")
}

fn columns(cells: [String; 7], fired: &str, cpu: &str, claims: &str) -> String {
    let [bug, base, graded, first, by, beyond, real] = cells;
    let row = format!(
        "{bug:32} {base:10} {graded:>10} {first:>5} {by:37} {beyond:>10} {real:>6} {fired:>6} \
         {cpu:>6}  {claims}"
    );
    row.trim_end().to_owned()
}

/// `9 of 10`: on how many seeds the bug was named.
fn of(kills: &Kills) -> String {
    if kills.of == 0 { String::new() } else { format!("{} of {}", kills.named.len(), kills.of) }
}

fn fired(record: &Record) -> String {
    match record.fired() {
        0 => "never".to_owned(),
        times => times.to_string(),
    }
}

/// How many of the tests on real threads failed with a failure that names the bug.
fn real_word(real: &Kills, record: &Record) -> String {
    let runs: usize = record.of(Suite::RealThreads).map(|stage| stage.runs).sum();
    if runs == 0 {
        return String::new();
    }
    let failed: usize = if real.named.is_empty() { 0 } else { real.tests.values().sum() };
    format!("{failed} of {runs}")
}

/// Whether the zoo is as it should be: every bug fires and is named, but those that say why not.
pub fn verdict(rows: &[Row]) -> Result<String, Problem> {
    let names = |wanted: &dyn Fn(&Row) -> bool| -> Vec<String> {
        let rows = rows.iter().filter(|row| wanted(row));
        rows.map(|row| format!("{} on {}", row.patch().name, row.base())).collect()
    };
    let says_why = |row: &Row| row.patch().survives.is_some();
    let is = |row: &Row, standing| row.standing() == standing;
    let wrong = [
        (
            names(&|row| is(row, Standing::NeverFired)),
            "never fired: no run came to the mistake; mark where it takes effect, or plant another",
        ),
        (
            names(&|row| is(row, Standing::Survived) && !says_why(row)),
            "survived: nothing finds it; add a scenario, or say in its header why (Survives)",
        ),
        (
            names(&|row| is(row, Standing::Misnamed) && !says_why(row)),
            "found, but never by a claim of its Rule",
        ),
        (
            names(&|row| is(row, Standing::Named) && says_why(row)),
            "found, though its header says why it survives: take Survives out",
        ),
    ];
    let wrong: Vec<String> = wrong
        .into_iter()
        .filter(|(names, _)| !names.is_empty())
        .map(|(names, what)| format!("{what}: {}", names.join(", ")))
        .collect();
    if !wrong.is_empty() {
        return Err(Problem::Found(wrong.join("\n      ")));
    }
    let survivors = rows.iter().filter(|row| says_why(row)).count();
    let all = rows.len();
    Ok(format!("of {all} planted trees {} are named, {survivors} survive", all - survivors))
}

/// The page. `reference` is what the tests take of the reference, by lab.
pub fn page(course: &Course, rows: &[Row], reference: &[Record]) -> String {
    let mut page = String::from(HEAD);
    if rows.iter().any(|row| row.is_earlier) {
        page.push_str(EARLIER);
    }
    summary::add(&mut page, rows, reference);
    add_survivors(&mut page, rows);
    add_hardest(&mut page, rows);
    for part in &course.parts {
        let mut of_part: Vec<&Row> =
            rows.iter().filter(|row| row.patch().part == part.name).collect();
        if of_part.is_empty() {
            continue;
        }
        of_part.sort_by_key(|row| (&row.patch().name, row.base() != REFERENCE, row.base()));
        let _ = write!(page, "\n## {}: {}\n\n", part.name, part.title);
        add_bugs(&mut page, &of_part);
        add_kills(&mut page, &of_part);
    }
    page
}

const HEAD: &str = "\
# The zoo

This page is not handed out. `make zoo` writes it: change `staff/zoo`, and not this page.

How well do the tests tell a wrong solution from a correct one? `staff/zoo/bugs` has mistakes that
people make, each a patch of the reference; many are planted a second time in a variation of it,
such as `naive`, whose leader sends everything unacknowledged with every command. The reference's
own invariants and assertions are off. [for-staff.md](for-staff.md#the-zoo) says how to add one, and
how to hand one out as an exercise: number and level are the key to that.

- *graded*: the graded tests of the bug's lab, simulated. `9 of 10`: on nine of the first ten seeds
  a failure names the bug, that is, begins with a claim of its header. Few seeds first, some more
  where half of them do not name it, and more again as long as none does (the last of them only if
  what lies beyond does not name it either).
- *first*, *by*, *as*: the lowest seed that names it, with its test and its claim; in italics what
  fails if nothing names it.
- *otherwise*: further seeds with failures that do not name it.
- *real*: of the graded tests that failed most often when simulated (up to three, none of which
  takes long), how many named it in one run on real threads; of a bug on its first base only.
- *beyond*: the tests beyond the course, simulated, counted as *graded* is.
- *fired*: how often the mistake took effect in all these runs (1,000 times a process are counted).
- *CPU*: seconds of all these runs.
";

/// Said where some rows are of an earlier state.
const EARLIER: &str = "\
- *earlier*, after what a bug is planted in: found in an earlier state of the kit. (`make zoo` alone
  runs everything anew; `make zoo KEPT=1` did not.)
";

fn add_survivors(page: &mut String, rows: &[Row]) {
    page.push_str("\n## What survives\n\n");
    let survivors: Vec<&Row> =
        rows.iter().filter(|row| row.standing() != Standing::Named).collect();
    if survivors.is_empty() {
        page.push_str("Nothing.\n");
    }
    for row in survivors {
        let why = match (row.standing(), &row.patch().survives) {
            (Standing::NeverFired, _) => "it never fired",
            (_, Some(why)) => why.trim_end_matches('.'),
            (Standing::Misnamed, None) => "it is found, but never by its name",
            (_, None) => "nothing finds it, and its header does not say why",
        };
        let _ = writeln!(page, "- `{}` on {}: {why}.", row.patch().name, row.base());
    }
}

fn add_hardest(page: &mut String, rows: &[Row]) {
    page.push_str("\n## The hardest to find\n\n");
    let mut named: Vec<&Row> = rows.iter().filter(|row| row.rate() > 0.0).collect();
    named.sort_by(|left, right| {
        let by_name =
            || (&left.patch().name, left.base()).cmp(&(&right.patch().name, right.base()));
        left.rate().total_cmp(&right.rate()).then_with(by_name)
    });
    page.push_str("| bug | on | graded | beyond |\n|---|---|---:|---:|\n");
    for row in named.iter().take(HARDEST) {
        let [graded, beyond, _] = row.suites();
        let (name, base) = (&row.patch().name, row.base());
        let _ = writeln!(page, "| `{name}` | {base} | {} | {} |", of(&graded), of(&beyond));
    }
}

/// What the bugs of a part are, with their numbers as exercises.
fn add_bugs(page: &mut String, rows: &[&Row]) {
    page.push_str("| number | level | bug | what it does |\n|---:|---:|---|---|\n");
    let mut last = "";
    for row in rows {
        let Patch { name, number, level, what, .. } = row.patch();
        if name != last {
            let what = what.replace('|', "\\|");
            let _ = writeln!(page, "| {number} | {level} | `{name}` | {what} |");
        }
        last = name;
    }
}

fn add_kills(page: &mut String, rows: &[&Row]) {
    page.push_str(
        "\n| bug | on | graded | first | by | as | otherwise | real | beyond | fired | CPU |\n\
         |---|---|---:|---:|---|---|---:|---:|---:|---:|---:|\n",
    );
    for row in rows {
        let [graded, beyond, real] = row.suites();
        let otherwise = graded.any.difference(&graded.named).count();
        let first = if graded.first.is_some() { &graded } else { &beyond };
        let is_named = !first.named.is_empty();
        let [seed, test, claim] = first.first.as_ref().map_or_else(Default::default, |first| {
            let claim = first.claim.replace('|', "\\|");
            let claim = if is_named { claim } else { format!("*{claim}*") };
            [first.seed.to_string(), format!("`{}`", first.test), claim]
        });
        let _ = writeln!(
            page,
            "| `{}` | {}{} | {} | {seed} | {test} | {claim} | {} | {} | {} | {} | {:.0} |",
            row.patch().name,
            row.base(),
            if row.is_earlier { ", earlier" } else { "" },
            of(&graded),
            if otherwise == 0 { String::new() } else { otherwise.to_string() },
            real_word(&real, &row.record),
            of(&beyond),
            fired(&row.record),
            row.cpu_seconds(),
        );
    }
}

#[cfg(test)]
mod tests;
