//! Inside `labrt`, the simulation names none of the modules that are built on it: `thread`, `sync`
//! and `channel`. docs/ARCHITECTURE.md lists this among the nevers.

use proc_macro2::{TokenStream, TokenTree};
use staff::finding::{Finding, assert_finds, assert_tidy};
use staff::tree::{Source, sources};
use std::path::{Component, Path};
use std::slice;

const ABOVE: [&str; 3] = ["thread", "sync", "channel"];

#[test]
fn the_simulation_names_nothing_built_on_it() {
    let sources = sources();
    let simulation = sources.iter().filter(|source| {
        source.path == Path::new("labrt/src/sim.rs") || source.path.starts_with("labrt/src/sim")
    });
    assert_tidy(simulation.flat_map(upward_mentions).collect());
}

fn upward_mentions(source: &Source) -> Vec<Finding> {
    let tokens = source.text.parse::<TokenStream>().expect("the compiler has seen it");
    let mut mentions = Mentions::default();
    mentions.walk(tokens, &module(&source.path));
    let upward = mentions.found.into_iter().filter(|(path, _)| ABOVE.contains(&path.as_str()));
    upward
        .map(|(path, line)| {
            let what = format!(
                "labrt's `sim` names `{path}`, which is built on it. Move what both need below \
                 both, as `wait` and `world` are."
            );
            Finding::new(&source.path, line, what)
        })
        .collect()
}

/// The path of the module in a file, from the crate's root.
fn module(file: &Path) -> Vec<String> {
    let names = file.with_extension("");
    let names = names.components().skip_while(|it| *it != Component::Normal("src".as_ref()));
    names.skip(1).map(|it| it.as_os_str().to_string_lossy().into_owned()).collect()
}

/// The top modules of the crate that a file names, by paths from `crate`, `self` or `super`, with
/// their lines. Tokens are read, not syntax, so that the arguments of macros count too.
#[derive(Default)]
struct Mentions {
    found: Vec<(String, usize)>,
}

impl Mentions {
    fn walk(&mut self, tokens: TokenStream, module: &[String]) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let mut inner = module.to_vec();
        for (index, tree) in trees.iter().enumerate() {
            let rest = &trees[index + 1..];
            match tree {
                TokenTree::Group(group) => {
                    self.walk(group.stream(), &inner);
                    inner = module.to_vec();
                }
                TokenTree::Ident(word) if word == "mod" => {
                    inner.extend(rest.first().map(TokenTree::to_string));
                }
                TokenTree::Punct(sign) if sign.as_char() == ';' => inner = module.to_vec(),
                _ => self.follow(slice::from_ref(tree).iter().chain(rest), module),
            }
        }
    }

    /// Follows a path, if one from the crate begins here.
    fn follow<'t>(&mut self, mut trees: impl Iterator<Item = &'t TokenTree>, module: &[String]) {
        let Some(TokenTree::Ident(first)) = trees.next() else { return };
        let mut base = match first.to_string().as_str() {
            "crate" => Vec::new(),
            "self" => module.to_vec(),
            "super" => module[..module.len().saturating_sub(1)].to_vec(),
            _ => return,
        };
        while is_colon(trees.next()) && is_colon(trees.next()) {
            match trees.next() {
                Some(TokenTree::Ident(word)) if word == "super" => drop(base.pop()),
                Some(TokenTree::Ident(word)) => {
                    let top = base.first().cloned().unwrap_or_else(|| word.to_string());
                    return self.found.push((top, word.span().start().line));
                }
                Some(TokenTree::Group(group)) if base.is_empty() => {
                    return self.first_of_each(group.stream());
                }
                _ => return,
            }
        }
    }

    /// `{thread, world::World}` in a `use`.
    fn first_of_each(&mut self, tokens: TokenStream) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        for item in trees.split(|tree| tree.to_string() == ",") {
            if let Some(TokenTree::Ident(word)) = item.first() {
                self.found.push((word.to_string(), word.span().start().line));
            }
        }
    }
}

fn is_colon(tree: Option<&TokenTree>) -> bool {
    matches!(tree, Some(TokenTree::Punct(sign)) if sign.as_char() == ':')
}

#[test]
fn each_way_to_name_a_module_above_is_found() {
    for text in [
        "use crate::thread::spawn;",
        "use crate::{wait, thread};",
        "use super::super::thread;",
        "fn f() { super::super::thread::spawn(g) }",
        "fn f() { println!(\"{}\", crate::thread::name()) }",
        "mod tests { use super::super::super::thread; }",
        "fn f() -> super::super::thread::Id { x }",
    ] {
        assert_finds(
            &upward_mentions(&Source::new("labrt/src/sim/engine.rs", text)),
            "labrt/src/sim/engine.rs:1: labrt's `sim` names `thread`, which is built on it. Move \
             what both need below both, as `wait` and `world` are.",
        );
    }
}

#[test]
fn std_and_the_modules_below_may_be_named() {
    for text in [
        "use std::thread::{self, Thread}; use std::sync::Arc;",
        "use crate::world::{sync, Failure};",
        "use super::thread; use super::super::wait;",
        "mod thread { use super::super::state; }",
        "//! As crate::thread says.\nfn f() { thread::spawn(g) }",
    ] {
        assert_tidy(upward_mentions(&Source::new("labrt/src/sim/engine.rs", text)));
    }
}
