//! What makes a release small: `wasm-opt` (Debian's package binaryen) and `brotli`. Without them the site works all
//! the same and is larger; the tool says so.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use walrus::{ExportItem, ModuleConfig, RefType};

/// What the first visit may cost, in bytes as brotli: script, wasm and stylesheet together.
const BUDGET: u64 = 350_000;

/// The table of JavaScript values, as wasm-bindgen exports it.
const EXTERNREFS: &str = "__wbindgen_externrefs";

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
        right_the_table(&small).context("looking at what wasm-opt made")?;
        fs::rename(small, wasm).context("replacing the wasm file")?;
    }
    Ok(())
}

/// Version 108 of wasm-opt, Debian 12's, exports table 0 for whichever table was exported: the script then cannot put
/// JavaScript values into its table of them, and stops at its first step.
fn right_the_table(wasm: &Path) -> Result<()> {
    let mut config = ModuleConfig::new();
    config.generate_name_section(false).generate_producers_section(false);
    let mut module = config.parse_file(wasm)?;
    let table = module.tables.iter().find(|table| table.element_ty == RefType::EXTERNREF).map(|table| table.id());
    let export = module.exports.iter_mut().find(|export| export.name == EXTERNREFS);
    let (Some(table), Some(export)) = (table, export) else { return Ok(()) };
    match export.item {
        ExportItem::Table(exported) if exported == table => Ok(()),
        ExportItem::Table(_) => {
            export.item = ExportItem::Table(table);
            module.emit_wasm_file(wasm)
        }
        _ => bail!("{EXTERNREFS} is not a table"),
    }
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
    eprintln!("script, wasm and stylesheet together: {total} bytes as brotli");
    if total > BUDGET {
        eprintln!("That is {} bytes more than the budget of {BUDGET}.", total - BUDGET);
    }
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
