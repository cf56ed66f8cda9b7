//! Which packages never depend on which. docs/ARCHITECTURE.md has each sentence of [`NEVERS`].

use crate::workspace::{Dependency, Package, packages};
use staff::finding::{Finding, assert_finds, assert_tidy};
use staff::tree::{Source, sources};
use std::collections::BTreeMap;
use std::path::Path;

const PAGE: &str = "docs/ARCHITECTURE.md";

/// A rule: some packages never depend on others of the workspace, not even for their tests.
struct Never {
    /// As it stands in the architecture page.
    sentence: &'static str,
    who: &'static [&'static str],
    on: Whom,
}

/// The packages on which one never depends.
enum Whom {
    /// All but these, directly.
    AllBut(&'static [&'static str]),
    /// These, directly or through others.
    Any(&'static [&'static str]),
}

use Whom::{AllBut, Any};

const STUDENTS: &[&str] = &["raft", "kvraft"];

const NEVERS: &[Never] = &[
    Never {
        sentence: "`labrt`, `labgob`, `trace`, `linear` and `course` depend on nothing of ours, \
                   `rules` on `course` and `trace` only.",
        who: &["labrt", "labgob", "trace", "linear", "course"],
        on: AllBut(&[]),
    },
    Never {
        sentence: "`labrt`, `labgob`, `trace`, `linear` and `course` depend on nothing of ours, \
                   `rules` on `course` and `trace` only.",
        who: &["rules"],
        on: AllBut(&["course", "trace"]),
    },
    Never {
        sentence: "`labdisk` depends on `labrt` and `trace` only, `labrpc` on `labrt`, `labgob` \
                   and `trace` only.",
        who: &["labdisk"],
        on: AllBut(&["labrt", "trace"]),
    },
    Never {
        sentence: "`labdisk` depends on `labrt` and `trace` only, `labrpc` on `labrt`, `labgob` \
                   and `trace` only.",
        who: &["labrpc"],
        on: AllBut(&["labrt", "labgob", "trace"]),
    },
    Never {
        sentence: "A student's crate depends on the four crates that it calls, and on the \
                   student's crate below it.",
        who: &["raft"],
        on: AllBut(&["labrt", "labgob", "labrpc", "labdisk"]),
    },
    Never {
        sentence: "A student's crate depends on the four crates that it calls, and on the \
                   student's crate below it.",
        who: &["kvraft"],
        on: AllBut(&["labrt", "labgob", "labrpc", "labdisk", "raft"]),
    },
    Never {
        sentence: "`harness` depends on no student's crate.",
        who: &["harness"],
        on: Any(STUDENTS),
    },
    Never {
        sentence: "`lab` depends on no student's crate, and not on `labrt`.",
        who: &["lab"],
        on: Any(&["raft", "kvraft", "labrt"]),
    },
];

/// Everything but `staff` itself.
const STAFF: &str = "Nothing depends on `staff`.";

#[test]
fn the_nevers_hold() {
    let (packages, sources) = (packages(), sources());
    assert_tidy(broken_nevers(&packages, &sources));
}

#[test]
fn the_architecture_page_has_each_never() {
    let sources = sources();
    let page = sources.iter().find(|source| source.path == Path::new(PAGE));
    assert_tidy(unwritten(page.expect("the page is there")));
}

fn broken_nevers(packages: &[Package], sources: &[Source]) -> Vec<Finding> {
    let below = Below::new(packages);
    let judged = NEVERS.iter().flat_map(|never| {
        let who = packages.iter().filter(|package| never.who.contains(&package.name.as_str()));
        who.map(move |package| (package, never.sentence, &never.on))
    });
    let others = packages.iter().filter(|package| package.name != "staff");
    let judged = judged.chain(others.map(|package| (package, STAFF, &Any(&["staff"]))));
    let broken = judged.flat_map(|(package, sentence, on)| {
        let broken = package.dependencies.iter().filter_map(|it| below.breach(it, on));
        broken
            .map(move |(direct, through)| (package, sentence, direct, through))
            .collect::<Vec<_>>()
    });
    broken
        .map(|(package, sentence, direct, through)| {
            let line = line_of(sources, &package.manifest, direct);
            let what = format!(
                "`{}` depends on `{direct}`{through}. {sentence} Remove the dependency, or move \
                 what needs it.",
                package.name
            );
            Finding::new(&package.manifest, line, what)
        })
        .collect()
}

/// What each package links when others use it: the dependencies of its tests are not among them.
struct Below<'p>(BTreeMap<&'p str, Vec<&'p str>>);

impl<'p> Below<'p> {
    fn new(packages: &'p [Package]) -> Below<'p> {
        let linked = |package: &'p Package| {
            let linked = package.dependencies.iter().filter(|it| !it.for_tests);
            (package.name.as_str(), linked.map(|it| it.name.as_str()).collect())
        };
        Below(packages.iter().map(linked).collect())
    }

    /// If a dependency breaks a never: its name, and what it brings along if that is what does.
    fn breach<'d>(&self, dependency: &'d Dependency, on: &Whom) -> Option<(&'d str, String)> {
        let name = dependency.name.as_str();
        match on {
            AllBut(few) => (!few.contains(&name)).then(|| (name, String::new())),
            Any(forbidden) if forbidden.contains(&name) => Some((name, String::new())),
            Any(forbidden) => {
                let brought = forbidden.iter().find(|it| self.reaches(name, it))?;
                Some((name, format!(" and so on `{brought}`")))
            }
        }
    }

    /// Dependencies have no cycles, so this ends.
    fn reaches(&self, from: &str, to: &str) -> bool {
        let direct = self.0.get(from).map_or(&[][..], Vec::as_slice);
        direct.iter().any(|it| *it == to || self.reaches(it, to))
    }
}

/// The line of a manifest in which a package is named as a dependency.
fn line_of(sources: &[Source], manifest: &Path, dependency: &str) -> usize {
    let source = sources.iter().find(|source| source.path == manifest);
    let renamed = format!("package = \"{dependency}\"");
    let mut among_dependencies = false;
    let names_it = |(_, line): &(usize, &str)| {
        if line.starts_with('[') {
            among_dependencies = line.contains("dependencies");
            return line.ends_with(&format!("dependencies.{dependency}]"));
        }
        let key = line.split(['=', '.']).next().map(|key| key.trim().trim_matches('"'));
        among_dependencies && (key == Some(dependency) || line.contains(&renamed))
    };
    source.and_then(|source| source.lines().find(names_it)).map_or(1, |(number, _)| number)
}

fn unwritten(page: &Source) -> Vec<Finding> {
    let text = page.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let sentences = NEVERS.iter().map(|never| never.sentence).chain([STAFF]);
    let missing = sentences.filter(|sentence| !text.contains(sentence));
    missing
        .map(|sentence| Finding::new(&page.path, 1, format!("this never is missing: {sentence}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependencies: &[(&str, bool)]) -> Package {
        let dependency =
            |&(name, for_tests): &(&str, bool)| Dependency { name: name.to_owned(), for_tests };
        let manifest = format!("{name}/Cargo.toml").into();
        let dependencies = dependencies.iter().map(dependency).collect();
        Package { name: name.to_owned(), manifest, dependencies }
    }

    #[test]
    fn what_may_be_is_not_found() {
        let legal = [
            package("labrt", &[]),
            package("raft", &[("labrt", false), ("labdisk", false)]),
            package("kvraft", &[("raft", false)]),
            package("harness", &[("course", false), ("labrt", false), ("labrpc", true)]),
            package("course", &[]),
            package("lab", &[("course", false)]),
            package("staff", &[("lab", false), ("raft", false)]),
        ];
        assert_tidy(broken_nevers(&legal, &[]));
    }

    /// Each never, broken by one package.
    #[test]
    fn each_never_is_seen_to_fail() {
        for (name, dependency) in [
            ("labrt", "labgob"),
            ("labgob", "labrt"),
            ("linear", "labgob"),
            ("course", "labrt"),
            ("labdisk", "labgob"),
            ("labrpc", "labdisk"),
            ("raft", "harness"),
            ("raft", "kvraft"),
            ("kvraft", "linear"),
            ("harness", "raft"),
            ("lab", "kvraft"),
            ("lab", "labrt"),
            ("lab", "staff"),
        ] {
            for for_tests in [false, true] {
                let findings = broken_nevers(&[package(name, &[(dependency, for_tests)])], &[]);
                assert_eq!(findings.len(), 1, "{name} on {dependency}: {findings:?}");
            }
        }
    }

    #[test]
    fn the_finding_has_the_line_of_the_manifest() {
        let manifest =
            "[package]\nname = \"labrpc\"\n\n[dependencies]\nlog = \"1\"\nraft.workspace = true\n";
        let sources = [Source::new("labrpc/Cargo.toml", manifest)];
        assert_finds(
            &broken_nevers(&[package("labrpc", &[("raft", false)])], &sources),
            "labrpc/Cargo.toml:6: `labrpc` depends on `raft`. `labdisk` depends on `labrt` and \
             `trace` only, `labrpc` on `labrt`, `labgob` and `trace` only. Remove the dependency, \
             or move what needs it.",
        );
    }

    #[test]
    fn each_way_to_write_a_dependency_has_its_line() {
        for line in [
            "raft = { path = \"../raft\" }",
            "raft={ path = \"../raft\" }",
            "  \"raft\"   = { path = \"../raft\" }",
            "raft.workspace = true",
            "[dependencies.raft]",
            "real = { package = \"raft\", path = \"../raft\" }",
        ] {
            let manifest = format!("[package]\nraft = 1\n[dev-dependencies]\n{line}\n");
            let sources = [Source::new("a/Cargo.toml", &manifest)];
            assert_eq!(line_of(&sources, Path::new("a/Cargo.toml"), "raft"), 4, "{line}");
        }
    }

    #[test]
    fn what_a_dependency_brings_along_counts() {
        let packages =
            [package("lab", &[("course", false)]), package("course", &[("other", false)])];
        let other = package("other", &[("labrt", false)]);
        let mut packages = Vec::from(packages);
        packages.push(other);
        let findings = broken_nevers(&packages, &[]);
        let lab = "lab/Cargo.toml:1: `lab` depends on `course` and so on `labrt`. ";
        assert!(findings.iter().any(|it| it.to_string().starts_with(lab)), "{findings:?}");
        packages[2].dependencies[0].for_tests = true;
        let findings = broken_nevers(&packages, &[]);
        assert!(!findings.iter().any(|it| it.to_string().starts_with(lab)), "{findings:?}");
    }

    #[test]
    fn a_never_that_the_page_lacks_is_found() {
        let sentences = NEVERS.iter().map(|never| never.sentence).chain([STAFF]);
        let all = sentences.collect::<Vec<_>>().join("\n");
        assert_tidy(unwritten(&Source::new(PAGE, &all)));
        let less = all.replace(STAFF, "");
        assert_finds(
            &unwritten(&Source::new(PAGE, &less)),
            "docs/ARCHITECTURE.md:1: this never is missing: Nothing depends on `staff`.",
        );
    }
}
