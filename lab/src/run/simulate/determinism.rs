//! `CHECK=determinism`: simulates each seed once more, in another process. If it does something
//! else, the report says at which event the two runs part.

use super::{Extras, Simulator, difference, is_same, logging_to_nowhere, run_of};
use crate::run::divergence::{self, Divergence};
use crate::run::result::RunResult;
use crate::run::verdict::RunVerdict;
use crate::select::SelectedTest;
use course::Seeds;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// What it means if a seed differs among others and not alone.
const SAME_ALONE: &str = "  alone    it does the same twice, without other seeds before it: \
    something is kept from one seed to the next\n";

impl Simulator<'_> {
    /// Simulates the seeds once more, logging, in processes that begin elsewhere: so a seed has
    /// other seeds before it than the first time.
    pub(super) fn compare_with_second_runs(
        &self,
        selected: &SelectedTest,
        seeds: Seeds,
        results: &mut [RunResult],
    ) {
        let (first_half, second_half) = halves(seeds);
        let mut again = Vec::new();
        for half in [Some(first_half), second_half].into_iter().flatten() {
            again.extend(self.simulate(selected, half, logging_to_nowhere()));
        }
        let again: BTreeMap<u64, RunResult> =
            again.into_iter().map(|result| (result.seed, result)).collect();
        for result in results {
            let Some(again) = again.get(&result.seed) else { continue };
            result.usage.cpu += again.usage.cpu;
            let stopped =
                result.verdict == RunVerdict::Stopped || again.verdict == RunVerdict::Stopped;
            let Some(difference) = difference(result, again).filter(|_| !stopped) else { continue };
            let start = second_half.filter(|half| half.contains(result.seed)).unwrap_or(first_half);
            let divergence = self.divergence(selected, seeds, start, result.seed);
            // Without the hashes: failures are counted by what failed.
            result.what = Some(String::from("simulated twice, it did two different things"));
            result.report = format!("{difference}\n{}", divergence::report(divergence));
            if let Some(alone) = self.same_alone(selected, result.seed) {
                result.report += SAME_ALONE;
                // One of the two differs from it.
                result.after_seeds =
                    if is_same(&alone, result) { again.after_seeds } else { result.after_seeds };
                result.needs_earlier_seeds = true;
            }
            result.verdict = RunVerdict::Differs;
            result.lines.clear();
        }
    }

    /// What the seed does if no other is simulated before it, if that is twice the same.
    fn same_alone(&self, selected: &SelectedTest, seed: u64) -> Option<RunResult> {
        let alone = |extras| self.simulate(selected, Seeds::one(seed), extras).pop();
        // If one of them is missing, the invocation was stopped.
        let (one, other) = (alone(Extras::default())?, alone(logging_to_nowhere())?);
        is_same(&one, &other).then_some(one)
    }

    /// Simulates a seed twice again, as before, to see where the two runs part.
    fn divergence(
        &self,
        selected: &SelectedTest,
        first: Seeds,
        second: Seeds,
        seed: u64,
    ) -> io::Result<Option<Divergence>> {
        let traced = |seeds: Seeds, extras: Extras, trace: &Path| {
            let trace = Some(trace.to_path_buf());
            self.simulate(selected, seeds.up_to(seed), Extras { trace, ..extras });
        };
        let files = self.runner.artifacts.begin(&run_of(selected, seed))?;
        let (one, other) = (files.trace(), files.trace().with_extension("logging.txt"));
        traced(first, Extras::default(), &one);
        traced(second, logging_to_nowhere(), &other);
        let divergence = Divergence::of_files(&one, &other);
        self.runner.artifacts.discard(files);
        divergence
    }
}

/// The seeds in two halves; one has no second.
pub(super) fn halves(seeds: Seeds) -> (Seeds, Option<Seeds>) {
    let count = seeds.count().unwrap_or(u32::MAX);
    let half = count.div_ceil(2);
    (seeds.part(0, half), (half < count).then(|| seeds.part(half, count - half)))
}
