//! The line above the list: how far the chain is verified, what was found, and the button that checks it now.

use crate::api::audit::VerifyAudit;
use crate::components::{Callout, Look, Query, SubmitButton, Time, Tone, duration, grouped, plural};
use crate::now::use_now;
use crate::written::WrittenForm;
use leptos::prelude::*;
use model::audit::{AuditState, Finding, Progress, Report, Verification};
use server_fn::ServerFn;

/// Entries that wait for so long say that nothing seals them.
const STUCK: i64 = 60;

pub(crate) fn standing(state: AuditState) -> AnyView {
    let waiting = waiting(&state);
    let stuck = stuck(&state);
    let shown = match state.verification {
        Some(Verification { finished_at: None, lost: false, progress, started_by, .. }) => {
            running(progress, started_by)
        }
        Some(Verification { finished_at: Some(at), report: Some(report), started_at, .. }) => {
            let took = (at - started_at).num_milliseconds();
            let when = view! { "Checked "<Time at=at/>" in "{duration(took)}"." }.into_any();
            let button = button();
            match report.finding.clone() {
                Some(finding) => broken(finding, &report, when, button),
                None => whole(&report, when, waiting, button),
            }
        }
        Some(Verification { altered: true, .. }) => {
            let why = "What the last check found was altered in the database, past Rollcall. Verify now.";
            unknown(why, state.sealed, waiting, button())
        }
        Some(_) => unknown("The last check did not come to an end.", state.sealed, waiting, button()),
        None => unknown("Nobody has checked the chain here yet.", state.sealed, waiting, button()),
    };
    view! { <div class="mb-5 stack">{stuck}{shown}</div> }.into_any()
}

fn button() -> AnyView {
    view! {
        <WrittenForm calls=VerifyAudit::PATH at=Query::parse("/audit", "")>
            <SubmitButton label="Verify now" icon="rotate-cw" variant="outline" small=true/>
        </WrittenForm>
    }
    .into_any()
}

fn running(progress: Progress, by: String) -> AnyView {
    let Progress { checked, total } = progress;
    let text = format!("{} of {} entries checked. Started by {by}.", grouped(checked), grouped(total));
    view! {
        <Callout look=Look::new(Tone::Info, "shield", "Checking") title="The chain is being checked">
            <p id="verify-progress">{text}</p>
            <progress class="progress mt-2" max=total.max(1).to_string() value=checked.to_string() aria-labelledby="verify-progress"></progress>
        </Callout>
    }
    .into_any()
}

fn whole(report: &Report, when: AnyView, waiting: String, button: AnyView) -> AnyView {
    let text = format!(
        "{} and {} fit.",
        plural(report.entries, "entry", "entries"),
        plural(report.checkpoints, "checkpoint", "checkpoints")
    );
    let pruned =
        (report.pruned > 0).then(|| format!(" Those up to #{} were removed by the retention.", grouped(report.pruned)));
    view! {
        <Callout
            look=Look::new(Tone::Ok, "shield-check", "Verified")
            title=format!("Verified up to #{}", grouped(report.verified))
            row=true
            actions=button
        >
            <p>
                {text}{pruned}" "{when}" "{waiting}
                " This shows that nothing was changed or removed after it was written; it cannot show that something was never written."
            </p>
        </Callout>
    }
    .into_any()
}

fn broken(finding: Finding, report: &Report, when: AnyView, button: AnyView) -> AnyView {
    let up_to = grouped(report.verified);
    let title = match finding.sequence {
        0 => "The audit log does not verify".to_owned(),
        number => format!("The audit log was altered at #{}", grouped(number)),
    };
    view! {
        <Callout
            look=Look::new(Tone::Bad, "shield-alert", "Altered")
            title=title
            row=true
            actions=button
        >
            <p>{finding.text}</p>
            <p>
                "Entries up to #"{up_to}" fit. "{when}
                " Keep a copy of the database as it is, find out who could write to it, and compare with an export or a backup."
            </p>
        </Callout>
    }
    .into_any()
}

fn unknown(why: &'static str, sealed: i64, waiting: String, button: AnyView) -> AnyView {
    let text = format!("{why} It is sealed up to #{}. {waiting}", grouped(sealed));
    view! {
        <Callout look=Look::new(Tone::Info, "shield", "Not verified") title="Not verified yet" row=true actions=button>
            <p>{text}</p>
        </Callout>
    }
    .into_any()
}

fn waiting(state: &AuditState) -> String {
    match state.waiting {
        0 => "No entry waits to be sealed.".to_owned(),
        1 => "1 entry waits to be sealed.".to_owned(),
        n => format!("{} entries wait to be sealed.", grouped(n)),
    }
}

/// Entries are sealed within a second: when they are not, somebody has to look.
fn stuck(state: &AuditState) -> Option<AnyView> {
    let (now, since, waiting) = (use_now(), state.waiting_since?, state.waiting);
    ((now.get_untracked() - since).num_seconds() > STUCK).then(|| {
        let title = format!("{} not sealed", if waiting == 1 { "1 entry is".to_owned() } else { format!("{} entries are", grouped(waiting)) });
        view! {
            <Callout look=Look::new(Tone::Warn, "triangle-alert", "Not sealed") title=title>
                <p>"The oldest was written "<Time at=since/>". Entries are sealed within a second while a server runs. Its log says what stops it; verify the chain now."</p>
            </Callout>
        }
        .into_any()
    })
}
