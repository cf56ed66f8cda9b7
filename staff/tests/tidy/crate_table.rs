//! The table of crates in docs/ARCHITECTURE.md has a row for each package, with what it depends on.

use crate::workspace::{Package, packages};
use staff::finding::{Finding, assert_finds, assert_tidy};
use staff::tree::{Source, sources};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const PAGE: &str = "docs/ARCHITECTURE.md";

/// How the table's first line begins.
const HEAD: &str = "| crate ";

#[test]
fn the_table_is_what_cargo_says() {
    let sources = sources();
    let page = sources.iter().find(|source| source.path == Path::new(PAGE));
    assert_tidy(wrong_rows(page.expect("the page is there"), &packages()));
}

fn wrong_rows(page: &Source, packages: &[Package]) -> Vec<Finding> {
    let rows = rows(page);
    let head = page.lines().find(|(_, line)| line.starts_with(HEAD)).map_or(1, |(line, _)| line);
    let expected: BTreeMap<&str, BTreeSet<&str>> = packages.iter().map(expected).collect();
    let missing = expected.iter().filter(|(name, _)| !rows.iter().any(|row| row.name == **name));
    let missing = missing.map(|(name, dependencies)| {
        let what = format!("no row for `{name}`, on {}: add one", listed(dependencies));
        Finding::new(&page.path, head, what)
    });
    let wrong = rows.iter().filter_map(|row| {
        let what = match expected.get(row.name) {
            None => format!("there is no package `{}`: remove the row", row.name),
            Some(dependencies) if *dependencies != row.dependencies => format!(
                "`{}` is said to depend on {}, and cargo says on {}: correct the row",
                row.name,
                listed(&row.dependencies),
                listed(dependencies)
            ),
            Some(_) => return None,
        };
        Some(Finding::new(&page.path, row.line, what))
    });
    wrong.chain(missing).collect()
}

fn expected(package: &Package) -> (&str, BTreeSet<&str>) {
    let dependencies = package.dependencies.iter().filter(|it| !it.for_tests);
    (&package.name, dependencies.map(|it| it.name.as_str()).collect())
}

fn listed(names: &BTreeSet<&str>) -> String {
    match names.len() {
        0 => "nothing".to_owned(),
        _ => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    }
}

/// The name is what the first cell has in backquotes, the dependencies what the last has.
struct Row<'p> {
    line: usize,
    name: &'p str,
    dependencies: BTreeSet<&'p str>,
}

fn rows(page: &Source) -> Vec<Row<'_>> {
    let table = page.lines().skip_while(|(_, line)| !line.starts_with(HEAD)).skip(2);
    let table = table.take_while(|(_, line)| line.starts_with('|'));
    table
        .map(|(line, row)| {
            let cells: Vec<&str> = row.trim_matches('|').split('|').collect();
            let (first, last) = (cells[0], cells[cells.len() - 1]);
            let name = quoted(first).next().unwrap_or_default();
            Row { line, name, dependencies: quoted(last).collect() }
        })
        .collect()
}

fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn workspace() -> Vec<Package> {
        let on = |name: &str, for_tests| Dependency { name: name.to_owned(), for_tests };
        let package = |name: &str, dependencies| Package {
            name: name.to_owned(),
            manifest: "x/Cargo.toml".into(),
            dependencies,
        };
        let raft = vec![on("labrt", false), on("labgob", false), on("course", true)];
        vec![package("labrt", vec![]), package("raft", raft)]
    }

    fn page(rows: &str) -> Source {
        let text =
            format!("# Crates\n\n| crate | what | depends on |\n|---|---|---|\n{rows}\nEnd\n");
        Source::new(PAGE, &text)
    }

    #[test]
    fn a_table_that_is_true_is_left_alone() {
        let page = page("| `labrt` | `x` | |\n| `raft` (raft) | | `labgob`, `labrt` |\n");
        assert_tidy(wrong_rows(&page, &workspace()));
    }

    #[test]
    fn a_row_that_is_wrong_is_found() {
        let page = page("| `labrt` | | |\n| `raft` | | `labrt`, `course` |\n");
        assert_finds(
            &wrong_rows(&page, &workspace()),
            "docs/ARCHITECTURE.md:6: `raft` is said to depend on `course`, `labrt`, and cargo says \
             on `labgob`, `labrt`: correct the row",
        );
    }

    #[test]
    fn a_row_too_many_and_one_too_few_are_found() {
        let few = page("| `raft` | | `labgob`, `labrt` |\n");
        assert_finds(
            &wrong_rows(&few, &workspace()),
            "docs/ARCHITECTURE.md:3: no row for `labrt`, on nothing: add one",
        );
        let many = page("| `labrt` | | |\n| `raft` | | `labgob`, `labrt` |\n| `sim` | | |\n");
        assert_finds(
            &wrong_rows(&many, &workspace()),
            "docs/ARCHITECTURE.md:7: there is no package `sim`: remove the row",
        );
    }
}
