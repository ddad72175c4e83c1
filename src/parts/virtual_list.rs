//! A list of thousands: only the rows in sight are in the page.

use std::sync::Arc;

use crate::markup::{self, view};
use leptos::prelude::*;
use records::summary::Summary;

/// The height of a row in CSS pixels at normal text: two lines, chips, padding.
const ROW_PX: f64 = 112.0;
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
    let height = ROW_PX * if is_large { 1.3 } else { 1.0 };
    let on_scroll = move |event| {
        let scrolled = markup::scrolled(&event);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a row number"
        )]
        let first = (f64::from(scrolled.max(0)) / height) as usize;
        let first = first.saturating_sub(MARGIN) / MARGIN * MARGIN;
        if top.get_untracked() != first {
            top.set(first);
        }
    };
    let px = move |count: usize| {
        #[expect(clippy::cast_precision_loss, reason = "rows are far below 2^52")]
        let px = count as f64 * height;
        format!("{px}px")
    };
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
