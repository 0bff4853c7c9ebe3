//! Whatever two pages share: one component a file, in the markup of the stylesheet `style/`.
//!
//! No component reads data, and none needs the browser's script: each is whole in the server's answer, and gains only
//! comfort when it is hydrated (a copy button, focus in a dialog). None has a `style` attribute: the content policy
//! forbids it. Start with [`Look`], which says how a value looks, and [`Query`], the state of a page in its address.

mod avatar;
mod badge;
mod callout;
mod card;
mod checks;
mod code;
mod copy;
mod crumbs;
mod dialog;
mod diff;
mod disclose;
mod empty;
mod field;
mod filter;
mod focus;
mod icon;
mod kv;
mod load;
mod look;
mod menu;
mod number;
mod once;
mod page_head;
mod pager;
mod query;
mod table;
mod tabs;
mod time;
mod timeline;

pub use avatar::{Avatar, PersonCell};
pub use badge::{Badge, Count, Status};
pub use callout::Callout;
pub use card::Card;
pub use checks::Checks;
pub use code::{CodeBlock, Json, breakable};
pub use copy::CopyField;
pub use crumbs::{Crumb, Crumbs};
pub use dialog::{Content, Dialog};
pub use diff::{Changed, ModifiedTable, SideBySide};
pub use disclose::Disclose;
pub use empty::Empty;
pub use field::{CheckField, FieldState, SelectField, SubmitButton, SwitchRow, TextArea, TextField};
pub use filter::{Chip, Chips, FilterBar, FilterDate, FilterSelect, SearchBox};
pub use focus::{focus_on, focus_when_shown};
pub use icon::Icon;
pub use kv::{Kv, pair};
pub use load::{content_of, if_read, page_of, part_of};
pub use look::{Look, Tone};
pub use menu::{Menu, MenuButton};
pub use number::{duration, grouped, plural};
pub use once::{follows, keyed_by};
pub use page_head::{PageHead, PageMark};
pub use pager::Pager;
pub use query::{Query, use_id};
pub use table::Table;
pub use tabs::{Tab, TabNav};
pub use time::{Day, Exact, Moment, Time, day, exact, relative};
pub use timeline::{Event, Timeline};

/// A view as the server renders it, for tests.
#[cfg(all(test, feature = "ssr"))]
pub(crate) fn html(view: impl FnOnce() -> leptos::prelude::AnyView) -> String {
    use leptos::prelude::{Owner, RenderHtml};
    let owner = Owner::new();
    // What Leptos puts between neighbouring texts is no part of the markup.
    owner.with(|| view().to_html()).replace("<!>", "")
}
