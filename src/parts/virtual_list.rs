//! A list of thousands: only the rows in sight are in the page.

use std::sync::Arc;

use crate::markup::{self, view};
use leptos::prelude::*;
use records::summary::Summary;

/// The height of a row in CSS pixels at normal text: two lines, chips, padding.
const ROW_PX: usize = 112;
/// The same in large text.
const LARGE_ROW_PX: usize = 146;
/// Rows above and below the ones in sight.
const MARGIN: usize = 6;
/// Rows at the most that any screen shows.
const WINDOW: usize = 24;

/// `render` makes a row of a summary.
pub(crate) fn virtual_list(
    rows: Memo<Vec<Arc<Summary>>>,
    is_large: bool,
    render: impl Fn(&Summary) -> AnyView + Send + 'static,
) -> AnyView {
    let top = RwSignal::new(0_usize);
    let height = if is_large { LARGE_ROW_PX } else { ROW_PX };
    let on_scroll = move |event| {
        let scrolled = markup::scrolled(&event);
        let first = usize::try_from(scrolled).unwrap_or_default() / height;
        let first = first.saturating_sub(MARGIN) / MARGIN * MARGIN;
        if top.get_untracked() != first {
            top.set(first);
        }
    };
    let px = move |count: usize| format!("{}px", count * height);
    let window = move || {
        let first = top.get();
        let rows = rows.read();
        let some = rows
            .iter()
            .enumerate()
            .skip(first)
            .take(WINDOW + 2 * MARGIN);
        some.map(|(at, row)| {
            let place = format!("translateY({})", px(at));
            view! { <div class="virtual-row" style:transform=place style:height=px(1)>{render(row)}</div> }
        })
        .collect_view()
    };
    view! {
        <div class="virtual card-list" tabindex="0" on:scroll=on_scroll>
            <div style:height=move || px(rows.read().len())>{window}</div>
        </div>
    }
}
