//! What every tab of a connection has: the head with its switch, and the tabs.

use crate::api::connections::{ConnectionPage, GetConnection, GetConnectionHead, Head, SwitchConnection};
use crate::components::{
    Badge, Content, Crumb, Icon, Look, PageHead, PageMark, Tab, TabNav, Tone, page_of, part_of, plural, use_id,
};
use crate::error::AppError;
use crate::form::{FormProblem, FormState, PostForm, use_form};
use crate::live::use_live;
use crate::reading::{Reading, read, reread};
use crate::shell::Screen;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::ConnectionId;

/// Which tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TabKind {
    Overview,
    Integration,
    ToZoom,
    Assignments,
    Import,
    Logs,
}

impl TabKind {
    const ALL: [Self; 6] =
        [Self::Overview, Self::Integration, Self::ToZoom, Self::Assignments, Self::Import, Self::Logs];

    const fn label(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Integration => "Integration",
            Self::ToZoom => "To Zoom",
            Self::Assignments => "Assignments",
            Self::Import => "Import",
            Self::Logs => "Logs",
        }
    }

    fn href(self, id: ConnectionId) -> String {
        match self {
            Self::Overview => format!("/connections/{id}"),
            Self::Integration => format!("/connections/{id}/integration"),
            Self::ToZoom => format!("/connections/{id}/to-zoom"),
            Self::Assignments => format!("/connections/{id}/assignments"),
            Self::Import => format!("/connections/{id}/import"),
            Self::Logs => format!("/connections/{id}/logs"),
        }
    }
}

/// The connection of the address, and what its frame reads.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) id: Memo<Option<ConnectionId>>,
    tab: TabKind,
    page: Reading<ConnectionPage>,
    head: Reading<Head>,
    switch: FormState<SwitchConnection>,
}

/// Reads the connection of the address. Call it once in a tab's component.
pub(super) fn use_place(tab: TabKind) -> Place {
    let location = use_location();
    let live = use_live();
    let id = use_id();
    let page = read(move || Ok(GetConnection { id: known(id.get())? }));
    let head =
        reread(move || (location.search.get(), live.get()), move || Ok(GetConnectionHead { id: known(id.get())? }));
    Place { id, tab, page, head, switch: use_form() }
}

/// An id that could not be read is one that nothing has.
pub(super) fn known(id: Option<ConnectionId>) -> Result<ConnectionId, AppError> {
    id.ok_or_else(|| AppError::no("connection"))
}

/// The page around a tab. `dialog` says whether one is open over it; `dialogs` draws them. The settings given to `view`
/// are those of the moment when the page was opened; whatever must follow changes reads its own.
pub(super) fn tab_page<F, D>(place: Place, dialog: Signal<bool>, view: F, dialogs: D) -> impl IntoView
where
    F: Fn(ConnectionPage) -> AnyView + Clone + Send + Sync + 'static,
    D: Fn(ConnectionPage) -> AnyView + Clone + Send + Sync + 'static,
{
    page_of(place.page, move |page| {
        let connection = &page.connection;
        let (tab, id, name) = (place.tab, connection.id, connection.name.clone());
        let mut crumbs = vec![Crumb::link("Overview", "/")];
        let title = if tab == TabKind::Overview {
            crumbs.push(Crumb::here(name.clone()));
            name.clone()
        } else {
            crumbs.push(Crumb::link(name.clone(), TabKind::Overview.href(id)));
            crumbs.push(Crumb::here(tab.label()));
            format!("{} · {name}", tab.label())
        };
        let head = part_of(place.head, move |head| view! { <FrameHead head tab switch=place.switch/> }.into_any());
        let body = view(page.clone());
        let dialogs = dialogs(page);
        view! {
            <Screen title=title crumbs=crumbs>
                <Content dialog=dialog>{head}<FormProblem state=place.switch/>{body}</Content>
                {dialogs}
            </Screen>
        }
        .into_any()
    })
}

/// Name, state, the switch, the tabs.
#[component]
fn FrameHead(head: Head, tab: TabKind, switch: FormState<SwitchConnection>) -> impl IntoView {
    let links = head.links;
    let people = links.in_sync + links.pending + links.blocked + links.failing + links.skipped;
    let description = match people {
        0 => "Nobody is on this connection yet".to_owned(),
        _ => format!("{} on this connection", plural(people, "person", "people")),
    };
    let tabs = TabKind::ALL
        .iter()
        .map(|kind| {
            let entry = Tab::new(kind.label(), kind.href(head.id), *kind == tab);
            if *kind == TabKind::Assignments {
                entry.count(links.blocked + links.failing, Some(Tone::Bad))
            } else {
                entry
            }
        })
        .collect();
    view! {
        <PageHead
            title=head.name.clone()
            description=description
            mark=PageMark::Icon("video")
            badge=view! { <Badge look=state_of(head.enabled, head.valid, head.tested)/> }.into_any()
            actions=actions(&head, tab, switch)
        />
        <TabNav label=head.name tabs=tabs/>
    }
}

/// Whether provisioning runs, and what is missing when it cannot.
pub(super) const fn state_of(enabled: bool, valid: bool, tested: bool) -> Look {
    match (enabled, valid, tested) {
        (true, _, _) => Look::new(Tone::Ok, "circle-play", "Provisioning on"),
        (false, true, _) => Look::new(Tone::Idle, "pause", "Provisioning off"),
        (false, false, true) => Look::new(Tone::Bad, "circle-x", "Test failed"),
        (false, false, false) => Look::new(Tone::Warn, "circle-dashed", "Not tested"),
    }
}

/// What can be done with the connection itself: turn it on or off, or test it first.
fn actions(head: &Head, tab: TabKind, switch: FormState<SwitchConnection>) -> AnyView {
    let id = head.id;
    let assign = (tab == TabKind::Assignments && head.may.assign).then(|| {
        view! {
            <a class="btn" href=format!("{}?dialog=assign", TabKind::Assignments.href(id))>
                <Icon name="user-plus"/>"Assign people"
            </a>
        }
    });
    // One primary button a page: on the Assignments tab it is Assign.
    let variant = assign.is_some().then_some("outline");
    let turn = match (head.may.manage, head.enabled, head.valid) {
        (false, _, _) => ().into_any(),
        (true, true, _) => view! {
            <PostForm state=switch>
                <input type="hidden" name="id" value=id.to_string()/>
                <button type="submit" class="btn" data-variant="outline"><Icon name="pause"/>"Turn provisioning off"</button>
            </PostForm>
        }
        .into_any(),
        (true, false, true) => view! {
            <a class="btn" data-variant=variant href=format!("/connections/{id}?dialog=turn-on")>
                <Icon name="circle-play"/>"Turn provisioning on"
            </a>
        }
        .into_any(),
        // Overview and Integration say so themselves.
        (true, false, false) if !matches!(tab, TabKind::Overview | TabKind::Integration) => view! {
            <a class="btn" data-variant=variant href=TabKind::Integration.href(id)><Icon name="plug-zap"/>"Test connection"</a>
        }
        .into_any(),
        (true, false, false) => ().into_any(),
    };
    view! { {turn}{assign} }.into_any()
}
