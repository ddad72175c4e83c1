//! Khen thưởng: who could be proposed, from models, tasks and activities of a year, and the rounds there are.

use std::sync::Arc;

use crate::markup::view;
use leptos::prelude::*;
use records::{
    date,
    expr::{self, Scope, to_text},
    id::RecordId,
    summary::Summary,
};
use serde_json::{Value, json};

use crate::{
    browser,
    pages::frame::head,
    parts::{icon::icon, row::record_row},
    words,
    work::{
        Work,
        commend::{self, Candidate, FORM},
    },
};

/// What fits on two screens; more on demand.
const SHOWN: usize = 30;

pub(crate) fn page(work: Work) -> AnyView {
    head("Khen thưởng", Some("/so"));
    let today = date::today(browser::now_ms());
    let this_year = date::parse(&today).map_or(0, |day| date::to_civil(day).0);
    let year = RwSignal::new(this_year.to_string());
    let (kind, chosen) = (
        RwSignal::new("mo_hinh".to_owned()),
        RwSignal::new(Vec::<String>::new()),
    );
    let years = (0..6).map(|back| {
        let one = (this_year - back).to_string();
        let is_now = back == 0;
        view! { <option value=one.clone() selected=is_now>{format!("Năm {one}")}</option> }
    });
    let years: Vec<AnyView> = years.collect();
    let kinds = [
        ("mo_hinh", "Mô hình được công nhận"),
        ("nhiem_vu", "Nhiệm vụ đã xong"),
        ("hoat_dong", "Hoạt động chính thức"),
    ];
    let chips = kinds.map(|(form, label)| {
        let choose = move |_| {
            chosen.set(Vec::new());
            kind.set(form.to_owned());
        };
        view! { <button class="chip" aria-pressed=move || (*kind.read() == form).to_string() data-kind=form on:click=choose>{label}</button> }
    });
    let found = move || candidates(work, &kind.read(), &year.read());
    let wanted = move || -> Vec<Candidate> {
        let chosen = chosen.read();
        let mut all = found();
        all.retain(|one| chosen.contains(&one.row.id.to_string()));
        all
    };
    view! {
        <main class="page">
            {move || rounds(work, &today)}
            <h2 class="section-title">"Chọn để đề nghị"</h2>
            <select aria-label="Năm" on:change=move |ev| { chosen.set(Vec::new()); year.set(event_target_value(&ev)) }>{years}</select>
            <div class="chips strip" role="group" aria-label="Từ phiếu nào">{chips}</div>
            {move || list(&found(), chosen)}
            {move || propose(work, wanted(), &year.read())}
        </main>
    }
}

fn rounds(work: Work, today: &str) -> AnyView {
    let rows = work.book.rows(|row| row.form == FORM);
    let shown: Vec<AnyView> = rows
        .iter()
        .map(|row| {
            let is_unsent = work.book.is_unsent(row.id);
            record_row(
                row,
                work.book.catalogue(),
                format!("#/phieu/{}", row.id),
                is_unsent,
                today,
            )
        })
        .collect();
    if shown.is_empty() {
        return view! { <p class="hint">"Chưa có đợt khen thưởng nào. Chọn tập thể, cá nhân ở dưới để lập danh sách đề nghị."</p> };
    }
    view! { <h2 class="section-title">"Các đợt"</h2><div class="card-list">{shown}</div> }
}

/// Whoever was proposed in the year is not offered again.
fn candidates(work: Work, form: &str, year: &str) -> Vec<Candidate> {
    let mut proposed: Vec<String> = Vec::new();
    for (_, doc) in work.book.docs(FORM) {
        if to_text(doc.get("nam").unwrap_or(&Value::Null)) == year {
            let entries = doc.get("de_nghi").and_then(Value::as_array);
            for entry in entries.into_iter().flatten() {
                proposed.extend(entry.get("phieu").map(to_text));
            }
        }
    }
    let docs = work.book.docs(form).into_iter();
    let one = |(row, doc): (Arc<Summary>, Value)| {
        let fits =
            !proposed.contains(&row.id.to_string()) && is_deserved(work, form, &row, &doc, year);
        fits.then(|| candidate(row, &doc))
    };
    docs.filter_map(one).collect()
}

/// A model that was recognised in the year, a task that was done in it, an official activity of it.
fn is_deserved(work: Work, form: &str, row: &Summary, doc: &Value, year: &str) -> bool {
    let is_in = |day: &str| day.get(..4) == Some(year);
    match form {
        "mo_hinh" => {
            let form = work.book.catalogue().newest(form);
            let recognised = json!(["in", "$buoc.loai_buoc", "CONG_NHAN"]);
            let steps = doc.get("buoc").and_then(Value::as_array);
            let mut steps = steps.into_iter().flatten();
            expr::holds(&recognised, &Scope::of(doc, form))
                && steps.any(|step| {
                    let day = step.get("ngay_buoc").and_then(Value::as_str);
                    step.get("loai_buoc") == Some(&json!("CONG_NHAN")) && day.is_some_and(is_in)
                })
        }
        "nhiem_vu" => {
            let done = doc.get("ngay_hoan_thanh").and_then(Value::as_str);
            done.is_some_and(is_in)
        }
        _ => row.is_official && is_in(&row.date),
    }
}

fn candidate(row: Arc<Summary>, doc: &Value) -> Candidate {
    let text = |key: &str| doc.get(key).map(to_text).unwrap_or_default();
    let first = |keys: &[&str]| {
        let mut texts = keys.iter().map(|key| text(key));
        texts.find(|text| !text.is_empty()).unwrap_or_default()
    };
    Candidate {
        who: first(&["don_vi_dang_ky", "giao_cho", "chu_tri", "don_vi_chu_tri"]),
        what: [row.title.clone(), first(&["ket_qua", "san_pham"])]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(". "),
        row,
    }
}

fn list(all: &[Candidate], chosen: RwSignal<Vec<String>>) -> AnyView {
    if all.is_empty() {
        return view! { <p class="hint" role="status">"Trong năm này không có phiếu nào phù hợp, hoặc đã đề nghị cả."</p> };
    }
    let one = |candidate: &Candidate| {
        let id = candidate.row.id.to_string();
        let is_on = chosen.with_untracked(|chosen| chosen.contains(&id));
        let toggle = move |ev| {
            let is_on = event_target_checked(&ev);
            chosen.update(|chosen| {
                chosen.retain(|known| *known != id);
                if is_on {
                    chosen.push(id.clone());
                }
            });
        };
        view! {
            <label class="row">
                <input type="checkbox" prop:checked=is_on on:change=toggle />
                <span class="row-main"><span class="row-title">{candidate.row.title.clone()}</span><span class="row-sub">{candidate.who.clone()}</span></span>
            </label>
        }
    };
    let rows: Vec<AnyView> = all.iter().take(SHOWN).map(one).collect();
    let left = all.len().saturating_sub(SHOWN);
    let more = (left > 0).then(|| view! { <p class="hint">{format!("Còn {left} phiếu nữa; đề nghị những phiếu này trước, hoặc mở phiếu từ sổ.")}</p> });
    view! { <div class="card-list checks">{rows}</div>{more} }
}

/// Into the round of the year that is still open, or into a new one.
fn propose(work: Work, wanted: Vec<Candidate>, year: &str) -> AnyView {
    let count = wanted.len();
    let number: i64 = year.parse().unwrap_or_default();
    let open = work.book.docs(FORM).into_iter().find(|(_, doc)| {
        to_text(doc.get("nam").unwrap_or(&Value::Null)) == year && doc.get("ngay_trinh").is_none()
    });
    let (round, name): (Option<RecordId>, String) = match open {
        Some((row, _)) => (Some(row.id), row.title.clone()),
        None => (None, format!("Khen thưởng năm {year}")),
    };
    let label = match (count, round) {
        (0, _) => "Chọn ít nhất một phiếu".to_owned(),
        (_, Some(_)) => format!("Đưa {} vào “{name}”", words::count(count)),
        (_, None) => format!("Lập danh sách với {}", words::count(count)),
    };
    let go = move |_| {
        let (wanted, name) = (wanted.clone(), name.clone());
        wasm_bindgen_futures::spawn_local(async move {
            match commend::propose(work, round, (&name, number), &wanted).await {
                Ok(Some(id)) => browser::go(&format!("/phieu/{id}")),
                Ok(None) => work.book.say(words::PART_MISSING, None),
                Err(error) => work.book.say(words::save_error(&error), None),
            }
        });
    };
    view! { <div class="actions"><button class="button primary" id="propose" disabled=count == 0 on:click=go>{icon("check")}{label}</button></div> }
}
