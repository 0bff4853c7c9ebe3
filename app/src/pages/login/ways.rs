//! The ways to sign in, and what the address says of the last try.

use crate::api::providers::SignInOption;
use crate::components::{Icon, Query};
use leptos::prelude::*;

pub(crate) fn ways(options: Vec<SignInOption>, query: &Query) -> AnyView {
    let is = |name: &str, value: &str| query.get(name) == Some(value);
    let none = options.is_empty();
    let link_failed = is("failed", "1").then(|| {
        view! {
            <Said tone="bad" icon="circle-alert" title="This sign-in link does not work.">
                "A link works once, for 15 minutes. Print a new one with "
                <code class="mono">"rollcall setup-link"</code>" on the server."
            </Said>
        }
    });
    let failed = is("failed", "sign-in").then(|| {
        view! {
            <Said tone="bad" icon="circle-alert" title="You could not be signed in.">
                "Try again. If it happens again, ask an owner of Rollcall: the cause is in the audit log."
            </Said>
        }
    });
    let fresh = is("fresh", "1").then(|| view! {
        <Said tone="info" icon="info" title="Sign in once more.">
            "What you were about to do decides who gets in, so it asks for a sign-in of the last hour. You come back to where you were."
        </Said>
    });
    let signed_out = is("signed_out", "1").then(|| {
        view! {
            <Said tone="ok" icon="circle-check" title="You are signed out.">""</Said>
        }
    });
    view! {
        <div class="mb-6 text-center">
            <span class="brand text-lg">
                <svg aria-hidden="true"><use href="/icons.svg#rollcall"></use></svg>"Rollcall"
            </span>
            <h1 class="mt-5">"Sign in to Rollcall"</h1>
            <p class="muted mt-1">"Keeps Zoom’s user list equal to your directory’s."</p>
        </div>
        {link_failed}
        {failed}
        {fresh}
        {signed_out}
        <Providers options query=query.clone()/>
        {link_hint(none)}
        <p class="hint mt-5 text-center">"Rollcall never asks for your password."</p>
    }
    .into_any()
}

#[component]
fn Said(tone: &'static str, icon: &'static str, title: &'static str, children: Children) -> impl IntoView {
    let role = if tone == "bad" { "alert" } else { "status" };
    view! {
        <div class="flash">
            <div class="callout" data-tone=tone role=role>
                <Icon name=icon/>
                <div><div><strong>{title}</strong><p>{children()}</p></div></div>
            </div>
        </div>
    }
}

/// A button for each provider; each keeps the page to go back to.
#[component]
fn Providers(options: Vec<SignInOption>, query: Query) -> impl IntoView {
    let pairs: Vec<(&str, &str)> =
        ["return_to", "fresh"].into_iter().filter_map(|name| Some((name, query.get(name)?))).collect();
    let search = serde_urlencoded::to_string(&pairs).unwrap_or_default();
    if options.is_empty() {
        return None;
    }
    let buttons = options.into_iter().enumerate().map(|(n, option)| {
        let href = match search.as_str() {
            "" => format!("/auth/{}/start", option.slug),
            search => format!("/auth/{}/start?{search}", option.slug),
        };
        let variant = (n > 0).then_some("outline");
        view! {
            <a class="btn w-full" data-size="lg" data-variant=variant href=href rel="external">
                <Icon name="log-in"/>{option.label}
            </a>
        }
    });
    Some(view! { <div class="card mb-5"><section>{buttons.collect_view()}</section></div> })
}

/// The way in without a provider.
fn link_hint(only_way: bool) -> AnyView {
    let steps = || {
        view! {
            <p class="hint">"Whoever has access to the server prints a link that works once, for 15 minutes, and signs in as an owner:"</p>
            <pre class="code"><code>"rollcall setup-link"</code></pre>
        }
    };
    if only_way {
        return view! {
            <div class="card"><section>
                <h2>"Use a one-time sign-in link"</h2>
                <p class="hint">"The server prints one at each start until an owner has signed in."</p>
                {steps()}
            </section></div>
        }
        .into_any();
    }
    view! {
        <details class="disclose card">
            <summary><Icon name="chevron-right"/>"No provider works?"</summary>
            <div>{steps()}</div>
        </details>
    }
    .into_any()
}
