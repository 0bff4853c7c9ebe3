//! What makes a release small: `wasm-opt` (Debian's package binaryen) and `brotli`. Without them the site works all
//! the same and is larger; the tool says so.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// What the first visit may cost, in bytes as brotli: script, wasm and stylesheet together.
const BUDGET: u64 = 350_000;

pub(crate) fn optimise(wasm: &Path) -> Result<()> {
    let small = wasm.with_extension("small");
    // The features that rustc uses for this target and that version 108 does not take for granted.
    let features = [
        "--enable-bulk-memory",
        "--enable-nontrapping-float-to-int",
        "--enable-sign-ext",
        "--enable-mutable-globals",
        "--enable-reference-types",
        "--enable-multivalue",
    ];
    let mut command = Command::new("wasm-opt");
    // Not -Oz: it makes the file a sixth smaller and its brotli a tenth larger, and the brotli is what travels.
    command.arg("-O1").args(features).arg(wasm).arg("-o").arg(&small);
    if run(command, "wasm-opt (package binaryen)")? {
        fs::rename(small, wasm).context("replacing the wasm file")?;
    }
    Ok(())
}

/// Writes `FILE.br` next to each file and prints what the browser downloads.
pub(crate) fn compress(site: &Path) -> Result<()> {
    let mut total = 0;
    for file in files(site)? {
        let mut command = Command::new("brotli");
        command.args(["--quality=11", "--keep", "--force"]).arg(&file);
        if !run(command, "brotli")? {
            return Ok(());
        }
        let size = fs::metadata(&file)?.len();
        let mut small = file.clone().into_os_string();
        small.push(".br");
        let compressed = fs::metadata(&small)?.len();
        if file.starts_with(site.join("pkg")) {
            total += compressed;
        }
        let name = file.strip_prefix(site).unwrap_or(&file).display();
        eprintln!("{name:<24} {size:>9} bytes {compressed:>8} as brotli");
    }
    eprintln!("script, wasm and stylesheet together: {total} bytes as brotli (at most {BUDGET})");
    Ok(())
}

/// Whether the tool ran; says so when it is not installed.
fn run(mut command: Command, tool: &str) -> Result<bool> {
    match command.status() {
        Ok(status) if status.success() => Ok(true),
        Ok(status) => bail!("{tool} failed: {status}"),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("{tool} is not installed: the files stay larger than they need be");
            Ok(false)
        }
        Err(error) => Err(error).with_context(|| format!("starting {tool}")),
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
