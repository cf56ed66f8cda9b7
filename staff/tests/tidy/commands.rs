//! The list of make's commands is in one place, `make help`. Commands that a page names exist, and
//! no table, list or block of code names so many that it is a second list.

use staff::finding::{Finding, assert_finds, assert_tidy};
use staff::markdown::{code_blocks, text_lines};
use staff::tree::{Source, sources};
use std::collections::BTreeSet;

/// How many commands of make a table, list or block of code in a page may name.
const FEW: usize = 5;

#[test]
fn commands_exist_and_are_listed_once() {
    let sources = sources();
    let makefiles = sources.iter().filter(|it| it.is_named("Makefile") || it.is("mk"));
    let targets = Targets(makefiles.flat_map(targets).collect());
    let pages: Vec<&Source> = sources.iter().filter(|source| source.is("md")).collect();
    let unknown = pages.iter().flat_map(|page| unknown_commands(page, &targets));
    assert_tidy(unknown.chain(pages.iter().flat_map(|page| second_lists(page))).collect());
}

/// What make can make.
struct Targets(Vec<String>);

/// The targets of the rules in a Makefile.
fn targets(makefile: &Source) -> Vec<String> {
    let rules = makefile.lines().filter_map(|(_, line)| line.split_once(':'));
    let rules = rules.filter(|(names, rest)| {
        names.starts_with(|it: char| it.is_ascii_lowercase()) && !rest.starts_with('=')
    });
    rules.flat_map(|(names, _)| names.split_whitespace().map(str::to_owned)).collect()
}

impl Targets {
    /// `test-2A` by the rule `test-%`, too.
    fn have(&self, command: &str) -> bool {
        self.0.iter().any(|target| match target.split_once('%') {
            Some((start, _)) => command.starts_with(start) && command.len() > start.len(),
            None => target == command,
        })
    }
}

fn unknown_commands(page: &Source, targets: &Targets) -> Vec<Finding> {
    let named = blocks(page).into_iter().flatten();
    let unknown = named.filter(|(_, command)| !targets.have(command));
    unknown
        .map(|(line, command)| {
            let what = format!("the Makefile has no `{command}`: see `make help`");
            Finding::new(&page.path, line, what)
        })
        .collect()
}

fn second_lists(page: &Source) -> Vec<Finding> {
    let blocks = blocks(page).into_iter().filter_map(|block| {
        let (first, _) = *block.first()?;
        let named: BTreeSet<&str> = block.iter().map(|(_, command)| kind(command)).collect();
        let what = format!(
            "from here on {} commands of make are named (limit {FEW}): `make help` is the list, \
             name what is needed here",
            named.len()
        );
        (named.len() > FEW).then(|| Finding::new(&page.path, first, what))
    });
    blocks.collect()
}

/// `test-2A` and `test-2` are one command.
fn kind(command: &str) -> &str {
    let part = command.split_once('-');
    part.filter(|(_, part)| part.starts_with(char::is_numeric)).map_or(command, |(kind, _)| kind)
}

/// The commands that a line names, each after `make` at the beginning of a span of code.
fn spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2).filter_map(command)
}

/// The command that is typed in a line of code.
fn command(code: &str) -> Option<&str> {
    let code = code.trim_start().trim_start_matches("$ ");
    let command = code.strip_prefix("make ")?.split_whitespace().next()?;
    let is_target = command.starts_with(|it: char| it.is_ascii_lowercase())
        && command.chars().all(|it| it.is_ascii_alphanumeric() || it == '-');
    is_target.then_some(command)
}

/// What belongs together, and the commands that it names, with their lines.
type Block<'p> = Vec<(usize, &'p str)>;

/// Blocks of code, and runs of lines without a blank one between them: tables, lists, paragraphs.
fn blocks(page: &Source) -> Vec<Block<'_>> {
    let code = code_blocks(page).into_iter().map(|(first, lines)| {
        let numbered = lines.into_iter().enumerate();
        numbered.filter_map(|(after, line)| Some((first + after, command(line)?))).collect()
    });
    let text: Vec<(usize, &str)> =
        text_lines(page).filter(|(_, line)| !line.trim().is_empty()).collect();
    let runs = text.chunk_by(|(line, _), (next, _)| line + 1 == *next);
    let runs = runs.map(|run| {
        run.iter().flat_map(|(number, line)| spans(line).map(|it| (*number, it))).collect()
    });
    code.chain(runs).collect()
}

/// The nine commands of a Makefile, one of them for each part.
#[cfg(test)]
const MAKEFILE: &str = "CARGO ?= cargo\nOPTIONS := x\n.PHONY: help\n\
    help:\n\t@echo a: b\nsim-%: force\n\t@x\nlist test test-:\nforce:\n";

#[cfg(test)]
fn unknown(line: &str) -> Vec<Finding> {
    let targets = Targets(targets(&Source::new("Makefile", MAKEFILE)));
    unknown_commands(&Source::new("docs/a.md", &format!("# A\n\n{line}\n")), &targets)
}

#[test]
fn a_command_that_does_not_exist_is_found() {
    for line in ["Type `make sim2`.", "```console\n$ make sim2 SEED=3\n```"] {
        let findings = unknown(line);
        assert_eq!(findings.len(), 1, "{line}: {findings:?}");
    }
    assert_finds(
        &unknown("Type `make tests`."),
        "docs/a.md:3: the Makefile has no `tests`: see `make help`",
    );
    assert_eq!(unknown("`make sim-`").len(), 1);
}

#[test]
fn a_command_that_exists_is_left_alone_and_so_are_words() {
    assert_tidy(unknown(
        "`make sim-2A SEEDS=3` and `make list`. These\nmake it run: `make TEST=x`, `make sim-*`",
    ));
}

#[test]
fn a_second_list_is_found_and_a_short_one_is_not() {
    let row = |name: &str| format!("| so | `make {name}` |\n");
    let names = ["test-2A", "test-3", "sim", "replay", "list", "book"];
    let few: String = names.iter().map(|name| row(name)).collect();
    assert_tidy(second_lists(&Source::new("docs/a.md", &format!("# A\n\n{few}\n{few}"))));
    let many = few + &row("clean");
    assert_finds(
        &second_lists(&Source::new("docs/a.md", &format!("# A\n\n{many}"))),
        "docs/a.md:3: from here on 6 commands of make are named (limit 5): `make help` is the \
         list, name what is needed here",
    );
}
