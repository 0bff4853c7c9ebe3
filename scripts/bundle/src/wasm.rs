//! From Rust to wasm and the script that loads it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

const TARGET: &str = "wasm32-unknown-unknown";

/// Builds `frontend` and returns the file.
pub(crate) fn compile(root: &Path, release: bool) -> Result<PathBuf> {
    let (profile, folder) = if release { ("wasm-release", "wasm-release") } else { ("dev", "debug") };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--package", "frontend", "--lib", "--target", TARGET, "--profile", profile])
        .current_dir(root)
        // Compiled in, it would change the name that pages ask for to one without `_bg`.
        .env_remove("LEPTOS_OUTPUT_NAME")
        .status()
        .context("starting cargo")?;
    if !status.success() {
        bail!("frontend did not compile for {TARGET}; `rustup target add {TARGET}` installs that target");
    }
    Ok(crate::target_dir(root).join(TARGET).join(folder).join("frontend.wasm"))
}

/// Writes `rollcall.js` and `rollcall_bg.wasm`, the names that Leptos' hydration script asks for.
pub(crate) fn bind(wasm: &Path, pkg: &Path, release: bool) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(wasm)
        .out_name("rollcall")
        .web(true)?
        .typescript(false)
        // The script finds the wasm file beside itself, so the page need not name it.
        .omit_default_module_path(false)
        // A release needs them for its next step, which takes them away.
        .remove_name_section(false)
        .remove_producers_section(release)
        .generate(pkg)
        .context("generating the script for the wasm file")
}
