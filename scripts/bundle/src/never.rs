//! Takes out of a release what never runs in the browser, though no compiler can tell: every view has functions of all
//! the ways to take a page over, in one table, and we go one of them; every route has a function that lists pages for a
//! server. Whoever calls one of these stops the page at once.

use std::path::Path;

use anyhow::{Context, Result, bail};
use walrus::{FunctionBuilder, FunctionId, FunctionKind, Module, ModuleConfig, passes};

/// Parts of the names of functions in those tables: for pages whose code comes later, in pieces (`hydrate_lazy`), for
/// templates (`template!`), of which we have neither, and for the list of routes. Only what stands in a table may be named
/// here: of other functions that are the same to the letter, one stands for all.
const NEVER: [&str; 3] = [
    "IntoAny>::into_any::hydrate_async",
    "IntoAnyAttribute>::into_any_attr::hydrate_from_template",
    "IntoAnyNestedRoute>::into_any_nested_route::generate_routes",
];

pub(crate) fn take_out(wasm: &Path) -> Result<()> {
    let mut config = ModuleConfig::new();
    config.generate_name_section(false).generate_producers_section(false);
    let mut module = config.parse_file(wasm).context("reading the wasm file")?;
    for part in NEVER {
        let never = named(&module, part);
        if never.is_empty() {
            bail!("no {part} is in the wasm file: Leptos calls it something else now");
        }
        for function in never {
            stop_at(&mut module, function);
        }
    }
    passes::gc::run(&mut module);
    module.emit_wasm_file(wasm).context("writing the wasm file")
}

fn named(module: &Module, part: &str) -> Vec<FunctionId> {
    let names = module.funcs.iter_local().map(|(id, _)| (id, module.funcs.get(id).name.as_deref()));
    names.filter(|(_, name)| name.is_some_and(|name| is(name, part))).map(|(id, _)| id).collect()
}

/// Whether the function itself is called that, or is what it starts, which stands in a table as well. Others have it in
/// their names as a type they are made for, and one of those may stand for functions that run.
fn is(name: &str, part: &str) -> bool {
    name.split_once(part).is_some_and(|(before, _)| before.matches('<').count() == 1)
}

/// Leaves the function its type, as it stands in tables, and nothing else.
fn stop_at(module: &mut Module, function: FunctionId) {
    let kind = module.types.get(module.funcs.get(function).ty());
    let (params, results) = (kind.params().to_vec(), kind.results().to_vec());
    let mut nothing = FunctionBuilder::new(&mut module.types, &params, &results);
    nothing.func_body().unreachable();
    let args = params.into_iter().map(|param| module.locals.add(param)).collect();
    module.funcs.get_mut(function).kind = FunctionKind::Local(nothing.local_func(args));
}

#[cfg(test)]
mod tests {
    use super::is;

    #[test]
    fn a_name_among_the_types_of_another_is_no_name() {
        let part = "IntoAny>::into_any::hydrate_async";
        assert!(is("<_ as tachys[32f]::view::any_view::IntoAny>::into_any::hydrate_async::<app[1]::A<()>>", part));
        assert!(is("<T as tachys::view::any_view::IntoAny>::into_any::hydrate_async", part));
        assert!(is("<_ as tachys[32f]::view::any_view::IntoAny>::into_any::hydrate_async::<()>::{closure#0}", part));
        let others = [
            "<alloc[5]::boxed::Box<<_ as tachys[32f]::view::any_view::IntoAny>::into_any::hydrate_async<()>>>::pin",
            "core[d]::ptr::drop_in_place::<<_ as tachys[32f]::view::any_view::IntoAny>::into_any::hydrate_async<()>>",
            "<T as tachys::view::any_view::IntoAny>::into_any::build",
        ];
        assert!(others.iter().all(|other| !is(other, part)));
    }
}
