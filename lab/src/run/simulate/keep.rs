//! Simulates seeds once more to keep their whole log: on demand (`lab replay`), and the first
//! failures of each kind.

use super::{Extras, Simulator, difference, is_same, kind_of, run_of};
use crate::run::artifacts::{KEPT_RUNS, RunFiles};
use crate::run::result::RunResult;
use crate::run::verdict::RunVerdict;
use crate::select::SelectedTest;
use course::{LogFilter, Seeds};
use std::io;
use std::sync::PoisonError;

/// Of failures of one kind, so many of a test are kept whole.
const KEPT_OF_A_KIND: usize = 3;

/// What it means if a seed does something else without those before it.
const NEEDS_EARLIER_SEEDS: &str =
    "something is kept from one seed to the next, mostly in a `static`";

/// A seed that was simulated with its log, and its files.
struct Played {
    files: RunFiles,
    result: RunResult,
}

impl Simulator<'_> {
    /// Simulates the seeds in one process, the last of them with its whole log, or what `LOG` asks
    /// for, and keeps everything of that. Nothing if everything was stopped before it began.
    pub fn replay(&self, selected: &SelectedTest, seeds: Seeds) -> io::Result<Option<RunResult>> {
        let Some(Played { files, mut result }) = self.play(selected, seeds)? else {
            return Ok(None);
        };
        result.kept = Some(self.runner.artifacts.replace(files, &run_of(selected, result.seed))?);
        Ok(Some(result))
    }

    fn play(&self, selected: &SelectedTest, seeds: Seeds) -> io::Result<Option<Played>> {
        let files = self.runner.artifacts.begin(&run_of(selected, seeds.last()))?;
        let filter = self.runner.request.log_filter.clone();
        let filter = filter.unwrap_or_else(LogFilter::everything);
        let extras = Extras { log: Some((files.log(), filter)), only_last: true, trace: None };
        let (settlement, output) = self.process(selected, seeds, &files, &extras)?;
        let Some(mut result) = settlement.results.into_iter().next_back() else { return Ok(None) };
        result.needs_earlier_seeds = seeds.count() != Some(1);
        files.add(&output, &result.report)?;
        Ok(Some(Played { files, result }))
    }

    /// Whether this is among the first failures of its kind.
    pub(super) fn shall_be_kept(&self, selected: &SelectedTest, result: &RunResult) -> bool {
        match result.verdict {
            RunVerdict::Stopped | RunVerdict::Kit => return false,
            RunVerdict::Pass if !self.runner.keep => return false,
            _ => {}
        }
        let kind = kind_of(result);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let kinds = kept.entry(selected.test.name.clone()).or_default();
        // Those that passed are counted apart: they leave the failures their room.
        let passed = |kind: &str| kind.starts_with("PASS ");
        let (passes, limit) = match result.verdict {
            RunVerdict::Pass => (true, KEPT_RUNS),
            _ => (false, KEPT_OF_A_KIND),
        };
        let alike = kinds.iter().filter(|(kind, _)| passed(kind) == passes);
        let all: usize = alike.map(|(_, count)| count).sum();
        let of_this_kind = kinds.entry(kind).or_default();
        let room = all < KEPT_RUNS && *of_this_kind < limit;
        *of_this_kind += usize::from(room);
        room
    }

    /// Simulates the seed once more to have its log. That it does the same is worth a look.
    pub(super) fn keep_whole(&self, selected: &SelectedTest, result: &mut RunResult) {
        if let Err(error) = self.play_and_keep(selected, result) {
            result.notes.push(format!("its files are lost: {error}"));
        }
    }

    fn play_and_keep(&self, selected: &SelectedTest, result: &mut RunResult) -> io::Result<()> {
        let after_seeds = result.after_seeds.filter(|seeds| seeds.count() != Some(1));
        let alone = if result.needs_earlier_seeds { after_seeds } else { None };
        let alone = alone.unwrap_or(Seeds::one(result.seed));
        let Some(mut again) = self.play_unstopped(selected, alone)? else { return Ok(()) };
        if let Some(difference) = difference(result, &again.result)
            && result.verdict != RunVerdict::Differs
        {
            if let Some(after_seeds) = after_seeds {
                let Some(with_others) = self.play_unstopped(selected, after_seeds)? else {
                    return Ok(());
                };
                again = with_others;
            }
            result.needs_earlier_seeds = is_same(result, &again.result);
            result.notes.push(match result.needs_earlier_seeds {
                true => {
                    format!("alone it does something else ({difference}): {NEEDS_EARLIER_SEEDS}")
                }
                false => format!("with its log it did something else: {difference}"),
            });
        }
        again.files.set_report(&result.report)?;
        if !is_same(result, &again.result) {
            again.files.forget_outcome()?;
        }
        let run = run_of(selected, result.seed);
        result.kept = Some(self.runner.artifacts.replace(again.files, &run)?);
        Ok(())
    }

    fn play_unstopped(&self, selected: &SelectedTest, seeds: Seeds) -> io::Result<Option<Played>> {
        Ok(self
            .play(selected, seeds)?
            .filter(|played| played.result.verdict != RunVerdict::Stopped))
    }
}
