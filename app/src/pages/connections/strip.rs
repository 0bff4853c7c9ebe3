//! How many people of a connection are in which state; each number leads to them.

use crate::components::{Icon, Look, grouped};
use leptos::prelude::*;
use model::ConnectionId;
use model::link::{LinkCounts, LinkState};

/// In the order in which one looks: fine, on the way, not fine.
const ORDER: [LinkState; 5] =
    [LinkState::InSync, LinkState::Pending, LinkState::Failing, LinkState::Blocked, LinkState::Skipped];

#[component]
pub(super) fn StateStrip(id: ConnectionId, links: LinkCounts, enabled: bool) -> impl IntoView {
    let total = total(links);
    let stats = ORDER.map(|state| {
        let look = Look::from(state);
        let href = format!("/connections/{id}/assignments?state={}", state.as_str());
        view! {
            <a class="stat" href=href data-tone=look.tone.as_str()>
                <span class="label"><Icon name=look.icon/>{look.label}</span>
                <span class="value">{grouped(count(links, state))}</span>
                <span class="sub">{meaning(state, links, total, enabled)}</span>
            </a>
        }
    });
    view! { <div class="stats">{stats.into_iter().collect_view()}</div> }
}

/// Everybody on the connection.
pub(super) const fn total(links: LinkCounts) -> i64 {
    links.in_sync + links.pending + links.blocked + links.failing + links.skipped
}

const fn count(links: LinkCounts, state: LinkState) -> i64 {
    match state {
        LinkState::InSync => links.in_sync,
        LinkState::Pending => links.pending,
        LinkState::Blocked => links.blocked,
        LinkState::Failing => links.failing,
        LinkState::Skipped => links.skipped,
    }
}

fn meaning(state: LinkState, links: LinkCounts, total: i64, enabled: bool) -> String {
    match state {
        LinkState::InSync => share(links.in_sync, total),
        LinkState::Pending if enabled => "on their way".to_owned(),
        LinkState::Pending => "until it is turned on".to_owned(),
        LinkState::Failing => "tried again by itself".to_owned(),
        LinkState::Blocked => "somebody must act".to_owned(),
        LinkState::Skipped => "left alone on purpose".to_owned(),
    }
}

/// A share with one decimal, never rounded up to a whole that is not reached: "98.8% of 12,400".
fn share(part: i64, total: i64) -> String {
    if total == 0 {
        return "of nobody yet".to_owned();
    }
    let tenths = part * 1_000 / total;
    match tenths % 10 {
        0 => format!("{}% of {}", tenths / 10, grouped(total)),
        tenth => format!("{}.{tenth}% of {}", tenths / 10, grouped(total)),
    }
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn a_share_is_whole_only_when_everybody_is_in_it() {
        assert_eq!(share(12_252, 12_400), "98.8% of 12,400");
        assert_eq!(share(99_999, 100_000), "99.9% of 100,000");
        assert_eq!(share(500, 500), "100% of 500");
        assert_eq!(share(0, 0), "of nobody yet");
    }
}
