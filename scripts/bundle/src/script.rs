//! Makes the script that loads the wasm file small. It is written to be read, and names what the two of them share by
//! numbers that are different for each function and do not compress.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use walrus::{Module, ModuleConfig, passes};

/// What sends and takes streams, which nothing of ours does. It is there for the script, so no compiler leaves it out.
const STREAMS: &str = "intounderlying";

pub(crate) fn shorten(script: &Path, wasm: &Path) -> Result<()> {
    let mut config = ModuleConfig::new();
    config.generate_name_section(false).generate_producers_section(false);
    let mut module = config.parse_file(wasm).context("reading the wasm file")?;
    take_out_streams(&mut module);
    let names = rename(&mut module);
    module.emit_wasm_file(wasm).context("writing the wasm file")?;
    let text = fs::read_to_string(script).context("reading the script")?;
    fs::write(script, with_names(&terse(&text), &names)).context("writing the script")
}

fn take_out_streams(module: &mut Module) {
    let exports = module.exports.iter().filter(|export| export.name.contains(STREAMS));
    for export in exports.map(|export| export.id()).collect::<Vec<_>>() {
        module.exports.delete(export);
    }
    passes::gc::run(module);
}

/// Gives short names to whatever has a number in its name, and tells them by the old ones.
fn rename(module: &mut Module) -> HashMap<String, String> {
    let imports = module.imports.iter_mut().map(|import| &mut import.name).filter(|name| name.starts_with("__wb"));
    let exports = module.exports.iter_mut().map(|export| &mut export.name);
    let mut names = HashMap::new();
    for name in imports.chain(exports.filter(|name| name.starts_with("wasm_bindgen_"))) {
        let short = format!("${}", names.len());
        names.insert(std::mem::replace(name, short.clone()), short);
    }
    names
}

/// The script without comments and indentation, and without the classes for streams.
fn terse(script: &str) -> String {
    let (mut terse, mut leave_out) = (String::new(), false);
    for line in script.lines() {
        // What stands at the left begins a function, a class or a value, or ends one.
        if !line.starts_with([' ', '}']) {
            leave_out = line.to_lowercase().contains(STREAMS);
        }
        let line = line.trim();
        if !(leave_out || line.is_empty() || ["//", "/*", "*"].iter().any(|comment| line.starts_with(comment))) {
            terse.push_str(line);
            terse.push('\n');
        }
    }
    terse
}

fn with_names(script: &str, names: &HashMap<String, String>) -> String {
    let of_a_name = |sign: char| sign.is_ascii_alphanumeric() || sign == '_' || sign == '$';
    let (mut renamed, mut rest) = (String::new(), script);
    while let Some(start) = rest.find(of_a_name) {
        let end = rest[start..].find(|sign| !of_a_name(sign)).map_or(rest.len(), |length| start + length);
        let name = &rest[start..end];
        renamed.push_str(&rest[..start]);
        renamed.push_str(names.get(name).map_or(name, String::as_str));
        rest = &rest[end..];
    }
    renamed + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_says_the_same_in_fewer_words() {
        let script = "\
export class IntoUnderlyingSink {
    free() {}
}

/**
 * Starts it.
 */
export function start() {
    // Not `start_1`.
    wasm.start_12(`a  b`);
}
";
        let names = [("start_12".to_owned(), "$0".to_owned())].into();
        let short = "export function start() {\nwasm.$0(`a  b`);\n}\n";
        assert_eq!(with_names(&terse(script), &names), short);
    }
}
