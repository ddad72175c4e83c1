//! A list of thousands: only the rows in sight are in the page.

use std::{rc::Rc, sync::Arc};

use crate::markup::{self, keyed, view};
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use records::{id::RecordId, summary::Summary};

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
    scroll: RwSignal<usize>,
    render: Rc<dyn Fn(&Summary) -> AnyView>,
) -> AnyView {
    let height = if is_large { LARGE_ROW_PX } else { ROW_PX };
    let first_at =
        move |scrolled: usize| (scrolled / height).saturating_sub(MARGIN) / MARGIN * MARGIN;
    let before = scroll.get_untracked();
    let top = RwSignal::new(first_at(before));
    let on_scroll = move |event| {
        let scrolled = usize::try_from(markup::scrolled(&event)).unwrap_or_default();
        scroll.set(scrolled);
        let first = first_at(scrolled);
        if top.get_untracked() != first {
            top.set(first);
        }
    };
    // Where the list was left: a list that is not on the page yet cannot be scrolled.
    let restored = RwSignal::new(0);
    Timeout::new(0, move || restored.set(before)).forget();
    let px = move |count: usize| format!("{}px", count * height);
    let keys = move || -> Vec<String> {
        let rows = rows.read();
        // The list may be shorter than when its place was kept.
        let last = rows.len().saturating_sub(1) / MARGIN * MARGIN;
        let some = rows
            .iter()
            .skip(top.get().min(last))
            .take(WINDOW + 2 * MARGIN);
        some.map(|row| row.id.to_string()).collect()
    };
    // A row in sight keeps its node, and with it the focus, while others come and go around it.
    let row = move |key: String| {
        let id = key.parse::<RecordId>().ok();
        let place = move || rows.read().iter().position(|row| Some(row.id) == id);
        let render = Rc::clone(&render);
        let inside = move || Some(render(rows.read().get(place()?)?));
        let place = move || format!("translateY({})", px(place().unwrap_or_default()));
        view! { <div class="virtual-row" style:transform=place style:height=px(1)>{inside}</div> }
    };
    view! {
        <div class="virtual card-list" tabindex="0" prop:scrollTop=move || restored.get().to_string() on:scroll=on_scroll>
            <div style:height=move || px(rows.read().len())>{keyed(keys, row)}</div>
        </div>
    }
}
