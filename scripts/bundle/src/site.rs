//! The folder itself: what is copied into it, and how it replaces the old one.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Files taken as they are: from, to.
const COPIED: [(&str, &str); 3] = [
    ("style/dist/rollcall.css", "pkg/rollcall.css"),
    ("style/favicon.svg", "favicon.svg"),
    ("style/icons.svg", "icons.svg"),
];

pub(crate) fn sources(root: &Path) -> impl Iterator<Item = PathBuf> {
    COPIED.iter().map(|(from, _)| root.join(from))
}

pub(crate) fn clear(folder: &Path) -> Result<()> {
    remove(folder)?;
    fs::create_dir_all(folder.join("pkg")).with_context(|| format!("making {}", folder.display()))
}

pub(crate) fn copy(root: &Path, site: &Path) -> Result<()> {
    for (from, to) in COPIED {
        fs::copy(root.join(from), site.join(to)).with_context(|| format!("copying {from}"))?;
    }
    Ok(())
}

pub(crate) fn replace(site: &Path, draft: &Path) -> Result<()> {
    remove(site)?;
    fs::rename(draft, site).with_context(|| format!("putting {} in place", site.display()))
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("removing {}", folder.display()))
        }
        _ => Ok(()),
    }
}
