//! Detects where the functions of the C library that std calls can be replaced: see
//! `sim/guard/std_linux.rs`.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(std_guards)");
    let target = |what: &str| env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    let arch = matches!(target("ARCH").as_str(), "x86_64" | "aarch64");
    if arch
        && target("OS") == "linux"
        && target("ENV") == "gnu"
        && env::var("CARGO_CFG_MIRI").is_err()
    {
        println!("cargo::rustc-cfg=std_guards");
    }
}
