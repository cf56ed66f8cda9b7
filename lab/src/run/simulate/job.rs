//! Simulates a job, the seeds of a test that one worker is given, with the second runs of a check
//! and the logs of the first failures.

use super::{Extras, Simulator};
use crate::run::result::RunResult;
use crate::run::schedule::Job;
use crate::select::SelectedTest;

impl Simulator<'_> {
    /// Simulates the seeds of a job. Nothing if everything was stopped before it began.
    pub fn run(&self, selected: &SelectedTest, job: Job) -> Option<Vec<RunResult>> {
        if self.is_given_up(&selected.test.name) {
            return Some(Vec::new());
        }
        let all = self.seeds[job.test];
        let seeds = all.part(job.first - 1, job.count);
        let mut results = self.simulate_while(selected, seeds, Extras::default(), |settlement| {
            let last = settlement.results.last().filter(|_| settlement.died);
            last.into_iter().for_each(|result| self.count_death(selected, result));
            !self.is_given_up(&selected.test.name)
        });
        if self.check_determinism {
            self.compare_with_second_runs(selected, seeds, &mut results);
        }
        for result in &mut results {
            result.number = u32::try_from(result.seed - all.first() + 1).unwrap_or(u32::MAX);
            if self.shall_be_kept(selected, result) {
                self.keep_whole(selected, result);
            }
        }
        (!results.is_empty()).then_some(results)
    }
}
