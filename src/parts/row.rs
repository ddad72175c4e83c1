//! A record as a row of a list, and a due date as a chip.

use crate::markup::view;
use leptos::prelude::*;
use records::{
    catalogue::Catalogue,
    fold::Life,
    summary::{Due, Summary},
};

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
    let due = row.due.iter().find(|due| due.is_open_on(today));
    chips.extend(due.and_then(|due| due_chip(&due.date, today)));
    if is_unsent {
        chips.push(view! { <span class="chip">"Chưa gửi"</span> });
    }
    (!chips.is_empty()).then(|| view! { <span class="chips">{chips}</span> })
}

/// Something that is open, as a row that leads to its record.
pub(crate) fn due_row(
    due: &Due,
    row: &Summary,
    catalogue: &Catalogue,
    today: &str,
    beside: Option<AnyView>,
) -> AnyView {
    let kind = catalogue
        .newest(&row.form)
        .map_or("", |form| form.short.as_str());
    // Of a record itself the record's title says more than the name of its kind.
    let what = if due.path.contains('/') && !due.what.is_empty() {
        due.what.as_str()
    } else {
        row.title.as_str()
    };
    let mut sub = vec![kind];
    if what != row.title {
        sub.push(row.title.as_str());
    }
    if !due.owner.is_empty() {
        sub.push(due.owner.as_str());
    }
    let label =
        (!due.id.is_empty()).then(|| view! { <span class="row-sub">{due.label.clone()}</span> });
    let chip = if due.date.is_empty() {
        Some(view! { <span class="chip">"Chưa có hạn"</span> })
    } else {
        due_chip(&due.date, today)
    };
    let doubt = due
        .is_provisional
        .then(|| view! { <span class="chip">"tạm tính"</span> });
    view! {
        <div class="row">
            <a class="row-main plain-link" href=format!("#/phieu/{}", row.id)>
                {label}
                <span class="row-title">{what.to_owned()}</span>
                <span class="row-sub">{sub.join(" · ")}</span>
                <span class="chips">{chip}{doubt}</span>
            </a>
            {beside}
        </div>
    }
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
