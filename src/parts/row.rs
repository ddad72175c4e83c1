//! A record as a row of a list, and a due date as a chip.

use crate::markup::view;
use leptos::prelude::*;
use records::{catalogue::Catalogue, fold::Life, summary::Summary};

use crate::words;

/// How a due date stands to today.
pub(crate) fn due_chip(due: &str, today: &str) -> Option<AnyView> {
    let (text, grade) = words::due(due, today);
    let class = format!("chip {grade}");
    (!text.is_empty()).then(|| view! { <span class=class>{text}</span> })
}

/// What is to be known of a record besides its two lines.
pub(crate) fn chips(row: &Summary, is_unsent: bool, today: &str) -> Option<AnyView> {
    let mut chips: Vec<AnyView> = Vec::new();
    if row.conflicts > 0 {
        let text = format!("{} chỗ có 2 giá trị", row.conflicts);
        chips.push(view! { <span class="chip warn">{text}</span> });
    }
    if row.life == Life::Revived {
        chips.push(view! { <span class="chip warn">"Đã xóa nhưng có người sửa"</span> });
    }
    chips.extend(row.due.first().and_then(|due| due_chip(&due.date, today)));
    if is_unsent {
        chips.push(view! { <span class="chip">"Chưa gửi"</span> });
    }
    (!chips.is_empty()).then(|| view! { <span class="chips">{chips}</span> })
}

/// The whole row as a link.
pub(crate) fn record_row(
    row: &Summary,
    catalogue: &Catalogue,
    href: String,
    is_unsent: bool,
    today: &str,
) -> AnyView {
    let kind = catalogue
        .newest(&row.form)
        .map_or(row.form.as_str(), |form| form.short.as_str());
    let sub = if row.subtitle.is_empty() {
        kind.to_owned()
    } else {
        format!("{kind} · {}", row.subtitle)
    };
    view! {
        <a class="row" href=href>
            <span class="row-main">
                <span class="row-title">{row.title.clone()}</span>
                <span class="row-sub">{sub}</span>
                {chips(row, is_unsent, today)}
            </span>
        </a>
    }
}
