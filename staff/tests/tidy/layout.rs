//! A folder has its package's name, and no source is compiled twice.

use crate::workspace::{Package, packages};
use proc_macro2::{TokenStream, TokenTree};
use staff::finding::{Finding, assert_finds, assert_tidy};
use staff::tree::{Source, sources};

#[test]
fn folders_are_named_after_their_packages() {
    assert_tidy(packages().iter().filter_map(misnamed).collect());
}

#[test]
fn no_source_is_compiled_twice() {
    let sources = sources();
    let borrowed = sources.iter().filter(|it| it.is("rs")).flat_map(borrowed_sources);
    let manifests = sources.iter().filter(|it| it.is_named("Cargo.toml"));
    assert_tidy(borrowed.chain(manifests.flat_map(borrowed_targets)).collect());
}

fn misnamed(package: &Package) -> Option<Finding> {
    let folder = package.folder().file_name()?.to_string_lossy().into_owned();
    let what = format!("the package `{}` is in a folder `{folder}`: rename one", package.name);
    (folder != package.name).then(|| Finding::new(&package.manifest, 1, what))
}

/// `path = "../b/src/a.rs"`, of a target that is in another package's folder.
fn borrowed_targets(manifest: &Source) -> Vec<Finding> {
    let paths = manifest.lines().filter_map(|(line, text)| {
        let path = text.split_once("path")?.1.trim_start().strip_prefix('=')?;
        (path.contains("..") && path.contains(".rs\"")).then_some(line)
    });
    let what = "a target is the source of another package, which is compiled twice then: make it a \
                crate, or move it";
    paths.map(|line| Finding::new(&manifest.path, line, what)).collect()
}

/// Attributes `#[path = ".."]` and `include!("..rs")`.
fn borrowed_sources(source: &Source) -> Vec<Finding> {
    let tokens = source.text.parse::<TokenStream>().expect("the compiler has seen it");
    let mut lines = Vec::new();
    find_borrowed(tokens, &mut lines);
    let what = "takes in the source of another module, which is compiled twice then: make it a \
                crate, or move it";
    lines.into_iter().map(|line| Finding::new(&source.path, line, what)).collect()
}

fn find_borrowed(tokens: TokenStream, lines: &mut Vec<usize>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for pair in trees.windows(2) {
        if let [TokenTree::Punct(_), TokenTree::Group(attribute)] = pair
            && names_path(attribute.stream())
        {
            lines.push(attribute.span_open().start().line);
        }
    }
    for three in trees.windows(3) {
        if let [TokenTree::Ident(include), TokenTree::Punct(_), TokenTree::Group(file)] = three
            && include == "include"
            && file.to_string().contains(".rs")
        {
            lines.push(include.span().start().line);
        }
    }
    for tree in trees {
        if let TokenTree::Group(group) = tree {
            find_borrowed(group.stream(), lines);
        }
    }
}

/// `path = ".."`, or `cfg_attr(.., path = "..")`.
fn names_path(attribute: TokenStream) -> bool {
    let trees: Vec<TokenTree> = attribute.into_iter().collect();
    let is_path = trees.first().is_some_and(|first| first.to_string() == "path");
    let is_set = trees.get(1).is_some_and(|second| second.to_string() == "=");
    let is_conditional = trees.first().is_some_and(|first| first.to_string() == "cfg_attr");
    let within = trees.get(1).filter(|_| is_conditional);
    (is_path && is_set)
        || within.is_some_and(|within| match within {
            TokenTree::Group(group) => {
                let trees: Vec<TokenTree> = group.stream().into_iter().collect();
                let mut parts = trees.split(|tree| tree.to_string() == ",");
                parts.any(|part| names_path(part.iter().cloned().collect()))
            }
            _ => false,
        })
}

#[test]
fn a_folder_with_another_name_is_found() {
    let package = |name: &str, manifest: &str| Package {
        name: name.to_owned(),
        manifest: manifest.into(),
        dependencies: Vec::new(),
    };
    assert_eq!(misnamed(&package("course", "tests/course/Cargo.toml")), None);
    assert_finds(
        &misnamed(&package("raft-tests", "tests/raft/Cargo.toml")).into_iter().collect::<Vec<_>>(),
        "tests/raft/Cargo.toml:1: the package `raft-tests` is in a folder `raft`: rename one",
    );
}

#[test]
fn a_source_taken_in_is_found() {
    for text in [
        "#[path = \"../b.rs\"]\nmod b;",
        "#[cfg_attr(unix, path = \"../b.rs\")]\nmod b;",
        "mod a {\ninclude!(\"b.rs\"); }",
    ] {
        let findings = borrowed_sources(&Source::new("a.rs", text));
        assert_eq!(findings.len(), 1, "{text}");
    }
    assert_finds(
        &borrowed_sources(&Source::new("a.rs", "//! A\n\n#[path = \"../b.rs\"]\nmod b;\n")),
        "a.rs:3: takes in the source of another module, which is compiled twice then: make it a \
         crate, or move it",
    );
}

#[test]
fn a_target_of_another_package_is_found() {
    let text = "[dependencies]\na = { path = \"../a\" }\n[[bin]]\npath = \"../a/src/b.rs\"\n";
    assert_finds(
        &borrowed_targets(&Source::new("c/Cargo.toml", text)),
        "c/Cargo.toml:4: a target is the source of another package, which is compiled twice then: \
         make it a crate, or move it",
    );
    assert_tidy(borrowed_targets(&Source::new("c/Cargo.toml", "[lib]\npath = \"src/a.rs\"\n")));
}

#[test]
fn a_module_of_ones_own_is_left_alone() {
    let text =
        "#[cfg(test)]\nmod b;\nconst C: &str = include_str!(\"c.txt\"); // #[path = \"d.rs\"]";
    assert_tidy(borrowed_sources(&Source::new("a.rs", text)));
}
