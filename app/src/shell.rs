//! The document, the routes, and the frame around every signed-in page.

use crate::api::shell::{Frame, ReadFrame};
use crate::components::{Avatar, Crumb, Crumbs, Icon, grouped, if_read};
use crate::error::AppError;
use crate::flash::{Flash, provide_message};
use crate::form::Problem;
use crate::live::{provide_live, use_live};
use crate::now::provide_now;
use crate::pages;
use crate::reading::{Reading, reread};
use crate::written::provide_page;
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Outlet, ParentRoute, Route, Router, Routes};
use leptos_router::hooks::use_location;
use leptos_router::{SsrMode, path};
use model::Permission;

/// The HTML document around the app. Rendered on the server only.
#[cfg(feature = "ssr")]
pub fn document() -> impl IntoView {
    use leptos::nonce::use_nonce;
    use leptos_meta::MetaTags;
    let backend = crate::session::backend();
    let assets = backend.assets;
    let nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>()
        && let Ok(policy) = http::HeaderValue::from_str(&content_security_policy(&nonce))
    {
        response.insert_header(http::header::CONTENT_SECURITY_POLICY, policy);
    }
    let start = format!("import('{assets}/rollcall.js').then(m=>m.default().then(()=>m.start()))");
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="stylesheet" href=format!("{assets}/rollcall.css")/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <MetaTags/>
                <script type="module" nonce=nonce>{start}</script>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// What a page may load: our own files, and the one script with this answer's nonce.
#[cfg(feature = "ssr")]
fn content_security_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; \
         base-uri 'none'"
    )
}

/// Light or dark, when the administrator chose; the system decides otherwise.
#[cfg(feature = "ssr")]
fn theme() -> Option<&'static str> {
    let parts = use_context::<http::request::Parts>()?;
    let cookies = parts.headers.get_all(http::header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|line| line.split(';')).find_map(|pair| match pair.trim() {
        "theme=light" => Some("light"),
        "theme=dark" => Some("dark"),
        _ => None,
    })
}

/// The app: its routes, and the frame around them.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_now();
    provide_page();
    view! {
        <Title formatter=document_title/>
        <Router>
            <Routes fallback=pages::not_found::NotFound>
                <Route path=path!("/login") view=pages::login::Login ssr=SsrMode::Async/>
                <ParentRoute path=path!("") view=Layout ssr=SsrMode::Async>
                    <Route path=path!("/") view=pages::overview::Overview ssr=SsrMode::Async/>
                    <pages::sources::SourceRoutes/>
                    <pages::people::PeopleRoutes/>
                    <pages::groups::GroupRoutes/>
                    <pages::logs::LogRoutes/>
                    <pages::audit::AuditRoutes/>
                    <pages::connections::ConnectionRoutes/>
                    <pages::settings::SettingsRoutes/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// The document's title. The server writes it into the page as it stands, and it may hold a name from a source; the
/// browser sets it as text.
fn document_title(title: String) -> String {
    let title = if title.is_empty() { "Rollcall".to_owned() } else { format!("{title} · Rollcall") };
    if cfg!(feature = "ssr") {
        return title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    }
    title
}

/// The frame: navigation beside the page. The page brings its own header ([`Screen`]).
#[component]
fn Layout() -> impl IntoView {
    provide_live();
    let location = use_location();
    let live = use_live();
    let data = reread(move || (location.pathname.get(), live.get()), || Ok(ReadFrame {}));
    provide_context(FrameData(data));
    provide_message();
    view! {
        <a class="skip-link" href="#main" rel="external">"Skip to content"</a>
        <div class="app">
            <div class="mobilebar" role="region" aria-label="App bar">
                <Brand/>
                <span class="flex-1"></span>
                <UserMenu id="user-m"/>
                <button type="button" class="btn" data-variant="outline" data-size="icon" popovertarget="nav" aria-label="Open menu">
                    <Icon name="menu"/>
                </button>
            </div>
            <nav class="sidebar" id="nav" popover="auto" aria-label="Main">
                <Brand class="px-2.5"/>
                {if_read(data, |frame| view! { <Navigation frame/> }.into_any())}
            </nav>
            <div class="content">
                <Outlet/>
            </div>
        </div>
    }
}

/// The frame's data, for pages that show it too.
#[derive(Clone, Copy)]
pub struct FrameData(pub Reading<Frame>);

#[component]
fn Brand(#[prop(optional, into)] class: String) -> impl IntoView {
    view! {
        <a class=format!("brand {class}") href="/">
            <svg aria-hidden="true"><use href="/icons.svg#rollcall"></use></svg>"Rollcall"
        </a>
    }
}

/// The links of the sidebar.
#[component]
fn Navigation(frame: Frame) -> impl IntoView {
    let may_connect = frame.me.role.allows(Permission::ManageConnections);
    let connections = frame.connections.into_iter().map(|connection| {
        let state = if connection.enabled {
            view! { <span class="ms-auto text-xs text-ok font-[550]">"On"</span> }.into_any()
        } else {
            view! { <span class="num">"Off"</span> }.into_any()
        };
        view! {
            <li><NavLink href=format!("/connections/{}", connection.id) icon="video" label=connection.name>{state}</NavLink></li>
        }
    });
    view! {
        <section>
            <h2>"Zoom"</h2>
            <ul>
                <li><NavLink href="/" icon="monitor" label="Overview" exact=true>""</NavLink></li>
                {connections.collect_view()}
                {may_connect.then(|| view! {
                    <li><NavLink href="/connections/new" icon="plus" label="Add a connection">""</NavLink></li>
                })}
            </ul>
        </section>
        <section>
            <h2>"Directory"</h2>
            <ul>
                <li><NavLink href="/people" icon="users" label="People"><span class="num">{grouped(frame.people)}</span></NavLink></li>
                <li><NavLink href="/groups" icon="users-round" label="Groups">""</NavLink></li>
                <li><NavLink href="/sources" icon="database-zap" label="Sources"><span class="num">{frame.sources}</span></NavLink></li>
            </ul>
        </section>
        <section>
            <h2>"Monitor"</h2>
            <ul>
                <li><NavLink href="/logs" icon="scroll-text" label="Provisioning logs">""</NavLink></li>
                <li><NavLink href="/audit" icon="shield-check" label="Audit log">""</NavLink></li>
            </ul>
        </section>
        <section>
            <h2>"Settings"</h2>
            <ul>
                <li><NavLink href="/settings/sign-in" icon="key-round" label="Sign-in">""</NavLink></li>
                <li><NavLink href="/settings/admins" icon="users-round" label="Administrators">""</NavLink></li>
                <li><NavLink href="/settings/sessions" icon="monitor" label="Sessions">""</NavLink></li>
            </ul>
        </section>
        <div class="nav-foot"><span class="num">"Version " {frame.version}</span></div>
    }
}

/// A link of the sidebar, marked when its page or one below it is shown.
#[component]
fn NavLink(
    #[prop(into)] href: String,
    icon: &'static str,
    #[prop(into)] label: String,
    #[prop(optional)] exact: bool,
    children: Children,
) -> impl IntoView {
    let location = use_location();
    let target = href.clone();
    let current = move || {
        let path = location.pathname.get();
        let below = path.strip_prefix(target.as_str()).is_some_and(|rest| rest.starts_with('/'));
        (path == target || (!exact && below)).then_some("page")
    };
    view! {
        <a class="nav-link" href=href aria-current=current><Icon name=icon/>{label}{children()}</a>
    }
}

/// Who is signed in, the theme, and the way out.
#[component]
fn UserMenu(id: &'static str) -> impl IntoView {
    let FrameData(data) = expect_context::<FrameData>();
    view! {
        <div class="usermenu">{if_read(data, move |frame| view! { <UserMenuOf id frame/> }.into_any())}</div>
    }
}

#[component]
fn UserMenuOf(id: &'static str, frame: Frame) -> impl IntoView {
    let me = frame.me;
    let location = use_location();
    let back = move || format!("{}?{}", location.pathname.get(), location.search.get().trim_start_matches('?'));
    let name = me.name.clone().unwrap_or_else(|| me.email.clone());
    view! {
        <button type="button" class="btn" data-variant="ghost" data-size="icon" popovertarget=id>
            <span class="vh">{format!("Account: {name}")}</span><Avatar name=name.clone()/>
        </button>
        <div class="menu" id=id popover="auto">
            <div class="head">
                <strong>{name}</strong>
                <span class="sub">{me.email}</span>
                <span class="sub">{me.role.label()}</span>
            </div>
            <hr/>
            <form method="post" action="/preferences/theme">
                <input type="hidden" name="back" value=back/>
                <button name="theme" value="light"><Icon name="sun"/>"Light theme"</button>
                <button name="theme" value="dark"><Icon name="moon"/>"Dark theme"</button>
                <button name="theme" value="system"><Icon name="monitor"/>"Match system"</button>
            </form>
            <hr/>
            <form method="post" action="/auth/logout"><button><Icon name="log-out"/>"Sign out"</button></form>
        </div>
    }
}

/// A signed-in page: the header with its place, search and account, and below it the content.
#[component]
pub fn Screen(
    /// The document's title.
    #[prop(into)]
    title: String,
    crumbs: Vec<Crumb>,
    children: Children,
) -> impl IntoView {
    view! {
        <Title text=title/>
        <header class="topbar">
            <Crumbs crumbs/>
            <span class="spacer"></span>
            <form class="topsearch" role="search" action="/people">
                <label class="vh" for="q-top">"Search people"</label>
                <Icon name="search"/>
                <input class="input" type="search" id="q-top" name="q" placeholder="Search people"/>
            </form>
            <UserMenu id="user-d"/>
        </header>
        <main id="main" tabindex="-1">
            <Flash/>
            {children()}
        </main>
    }
}

/// Gives the server's answer the error's own status.
pub(crate) fn answer_with(problem: &AppError) {
    #[cfg(feature = "ssr")]
    if let (Some(response), Ok(status)) =
        (use_context::<leptos_axum::ResponseOptions>(), http::StatusCode::from_u16(problem.status()))
    {
        response.set_status(status);
    }
    #[cfg(not(feature = "ssr"))]
    let _ = problem;
}

/// What a page shows instead of its content when its data could not be read; the answer has the error's status.
#[component]
pub fn PageProblem(problem: AppError) -> impl IntoView {
    answer_with(&problem);
    let title = match &problem {
        AppError::NotFound { .. } => "Not found",
        AppError::Forbidden => "Not allowed",
        _ => "Not available",
    };
    view! {
        <Screen title=title crumbs=vec![Crumb::link("Overview", "/"), Crumb::here(title)]>
            <div class="page-head"><div><h1>{title}</h1></div></div>
            <Problem problem/>
        </Screen>
    }
}
