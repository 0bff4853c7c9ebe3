//! Makes `dist/site` (for a release `dist/site-release`), everything a browser downloads: compiles `frontend` to wasm, generates the script that loads it,
//! and puts the stylesheet and the pictures beside it. Never runs in production and downloads nothing. It uses
//! wasm-bindgen's own library in the version of the lock file, so no installed tool has to match. Start at [`main`].
//!
//! `cargo run -p bundle` for development, `cargo run -p bundle -- --release` for small, compressed files, and with
//! `--in-place` these where a development server reads its files: to try in a browser what a release carries.

mod never;
mod order;
mod script;
mod site;
mod small;
mod stamp;
mod wasm;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

fn main() -> Result<()> {
    let flags: Vec<String> = std::env::args().skip(1).collect();
    let (release, in_place) = match flags.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => (false, true),
        ["--release"] => (true, false),
        ["--release", "--in-place"] => (true, true),
        other => bail!("unknown arguments {}; there are --release and --release --in-place", other.join(" ")),
    };
    // As cargo says now, not as it was when this was compiled: several checkouts may share what they build.
    let here = std::env::var_os("CARGO_MANIFEST_DIR").context("run this with `cargo run -p bundle`")?;
    let root = Path::new(&here).join("../..").canonicalize().context("finding the workspace")?;
    let compiled = wasm::compile(&root, release)?;
    let stamp = stamp::of(&root, &compiled, release)?;
    // A release has a folder of its own: a development server reads its files from disk while it runs.
    let site = root.join(if in_place { "dist/site" } else { "dist/site-release" });
    if stamp::is_current(&site, &stamp) {
        return Ok(());
    }
    // Made beside the one in use and swapped in whole, so that a running server never serves halves.
    let draft = site.with_extension("new");
    site::clear(&draft)?;
    let pkg = draft.join("pkg");
    wasm::bind(&compiled, &pkg, release)?;
    site::copy(&root, &draft)?;
    if release {
        let wasm = pkg.join("rollcall_bg.wasm");
        never::take_out(&wasm)?;
        script::shorten(&pkg.join("rollcall.js"), &wasm)?;
        small::optimise(&wasm)?;
        order::sort(&wasm)?;
        small::compress(&draft)?;
    }
    stamp::forget(&site)?;
    site::replace(&site, &draft)?;
    stamp::keep(&site, &stamp)
}

/// Where Cargo puts what it builds.
fn target_dir(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir))
}
