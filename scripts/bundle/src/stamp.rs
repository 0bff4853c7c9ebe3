//! Remembers what the site was made of, so that a second run with nothing changed is over at once.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result};

/// The kind of build, and each file that goes in with its size and time.
pub(crate) fn of(root: &Path, wasm: &Path, release: bool) -> Result<String> {
    let mut stamp = format!("release {release}\n");
    // Another checkout may just have built this tool anew: then it is not the same any more, and that is fine.
    let this = std::env::current_exe().ok().filter(|program| program.exists());
    for file in [wasm.to_owned()].into_iter().chain(this).chain(crate::site::sources(root)) {
        let meta = fs::metadata(&file).with_context(|| format!("looking at {}", file.display()))?;
        let time = meta.modified()?.duration_since(UNIX_EPOCH)?.as_nanos();
        stamp.push_str(&format!("{} {} {time}\n", file.display(), meta.len()));
    }
    Ok(stamp)
}

pub(crate) fn is_current(site: &Path, stamp: &str) -> bool {
    site.join("pkg").is_dir() && fs::read_to_string(path(site)).is_ok_and(|kept| kept == stamp)
}

/// Before the old site goes: whatever happens then, the next run makes it anew.
pub(crate) fn forget(site: &Path) -> Result<()> {
    match fs::remove_file(path(site)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error).context("removing the site's stamp"),
        _ => Ok(()),
    }
}

pub(crate) fn keep(site: &Path, stamp: &str) -> Result<()> {
    fs::write(path(site), stamp).context("writing the site's stamp")
}

fn path(site: &Path) -> PathBuf {
    site.with_extension("stamp")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_any_file_or_of_the_kind_of_build_makes_it_old() {
        let root = std::env::temp_dir().join(format!("rc-stamp-{}", std::process::id()));
        for file in crate::site::sources(&root).chain([root.join("wasm"), root.join("dist/site/pkg/x")]) {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "1").unwrap();
        }
        let (wasm, site) = (root.join("wasm"), root.join("dist/site"));
        let first = of(&root, &wasm, false).unwrap();
        assert!(!is_current(&site, &first));
        keep(&site, &first).unwrap();
        assert!(is_current(&site, &of(&root, &wasm, false).unwrap()));
        assert!(!is_current(&site, &of(&root, &wasm, true).unwrap()));
        fs::write(&wasm, "12").unwrap();
        assert!(!is_current(&site, &of(&root, &wasm, false).unwrap()));
        fs::remove_dir_all(root).unwrap();
    }
}
