//! The packages of the workspace and what each depends on, as `cargo metadata` says.

use serde_json::Value;
use staff::tree::root;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A package of the workspace.
#[derive(Debug)]
pub struct Package {
    pub name: String,
    /// Its `Cargo.toml`, relative to the root of the tree.
    pub manifest: PathBuf,
    /// The packages of ours that it depends on.
    pub dependencies: Vec<Dependency>,
}

/// That a package depends on another.
#[derive(Debug)]
pub struct Dependency {
    /// The package's name, whatever it is called where it is used.
    pub name: String,
    /// For its tests and benchmarks only.
    pub for_tests: bool,
}

impl Package {
    /// The folder it is in.
    pub fn folder(&self) -> &Path {
        self.manifest.parent().expect("a manifest lies in a folder")
    }
}

/// The packages as they are, by name.
pub fn packages() -> Vec<Package> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--format-version", "1", "--no-deps"]).current_dir(root());
    let output = command.output().expect("cargo can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    read(&String::from_utf8(output.stdout).expect("cargo writes UTF-8"), &root())
}

/// What `cargo metadata` printed for a workspace in this folder.
fn read(metadata: &str, root: &Path) -> Vec<Package> {
    let metadata: Value = serde_json::from_str(metadata).expect("cargo writes JSON");
    let packages = list(&metadata["packages"]).iter().map(|package| read_package(package, root));
    let mut packages: Vec<Package> = packages.collect();
    packages.sort_by(|left, right| left.name.cmp(&right.name));
    packages
}

fn read_package(package: &Value, root: &Path) -> Package {
    let manifest = Path::new(text(&package["manifest_path"]));
    let ours = |dependency: &&Value| dependency["path"].is_string();
    Package {
        name: text(&package["name"]).to_owned(),
        manifest: manifest.strip_prefix(root).unwrap_or(manifest).to_path_buf(),
        dependencies: list(&package["dependencies"]).iter().filter(ours).map(read_one).collect(),
    }
}

fn read_one(dependency: &Value) -> Dependency {
    let name = text(&dependency["name"]).to_owned();
    Dependency { name, for_tests: dependency["kind"] == "dev" }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text in cargo's metadata")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list in cargo's metadata")
}

#[test]
fn metadata_is_read() {
    let metadata = r#"{"packages": [{
        "name": "raft", "manifest_path": "/kit/raft/Cargo.toml",
        "dependencies": [
            {"name": "serde", "kind": null},
            {"name": "labrt", "kind": null, "path": "/kit/labrt"},
            {"name": "labgob", "kind": "dev", "path": "/kit/labgob"}
        ]
    }]}"#;
    let packages = read(metadata, Path::new("/kit"));
    assert_eq!(packages[0].folder(), Path::new("raft"));
    let found = packages[0].dependencies.iter().map(|it| (it.name.as_str(), it.for_tests));
    assert_eq!(found.collect::<Vec<_>>(), [("labrt", false), ("labgob", true)]);
}
