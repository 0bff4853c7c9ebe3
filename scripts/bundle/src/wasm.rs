//! From Rust to wasm and the script that loads it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

const TARGET: &str = "wasm32-unknown-unknown";

/// What makes a release a fifteenth smaller: Rust's standard library is compiled anew with what Rust has for that and calls
/// unstable, though the toolchain is the pinned one. A panic then stops the page without a word, wherever it happens, and
/// `{:?}` writes nothing: what a person reads must not be made with it.
const SMALL: [&str; 6] = [
    "-Zbuild-std=std,panic_abort",
    "-Zbuild-std-features=optimize_for_size",
    "-Zpanic-immediate-abort",
    "--config=profile.wasm-release.panic='immediate-abort'",
    // Cargo adds these to those of .cargo/config.toml.
    "--config=build.rustflags=['-Zlocation-detail=none', '-Zfmt-debug=none']",
    // A function that is called from one place stays one, unless it is tiny: moved there it makes the file smaller and
    // its brotli larger, as it is less like others. LLVM takes 15,000 off the cost of moving such a function, so that
    // instructions that cost two hundred times as much leave it fifteen of them.
    "--config=build.rustflags=['-Cllvm-args=-inline-instr-cost=1000 -inline-call-penalty=5000']",
];

/// Builds `frontend` and returns the file.
pub(crate) fn compile(root: &Path, release: bool) -> Result<PathBuf> {
    let (profile, folder) = if release { ("wasm-release", "wasm-release") } else { ("dev", "debug") };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--package", "frontend", "--lib", "--target", TARGET, "--profile", profile]);
    if release && has_source_of_std() {
        command.args(SMALL).env("RUSTC_BOOTSTRAP", "1");
    }
    let status = command
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

/// Says so when it is not there: then the site works all the same and is larger.
fn has_source_of_std() -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let sysroot = Command::new(rustc).args(["--print", "sysroot"]).output();
    let sysroot = sysroot.ok().and_then(|output| String::from_utf8(output.stdout).ok()).unwrap_or_default();
    let found = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/Cargo.lock").is_file();
    if !found {
        eprintln!(
            "rust-src is not installed: the files stay larger than they need be; `rustup component add rust-src`"
        );
    }
    found
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
