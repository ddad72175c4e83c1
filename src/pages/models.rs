//! Dân vận khéo: models by the stage of their life, the next step of each, who was not visited for long, and the counts.

use std::sync::Arc;

use crate::markup::view;
use leptos::prelude::*;
use records::{
    date,
    expr::{self, Scope},
    form::{Field, Form},
    order,
    summary::Summary,
};
use serde_json::Value;

use crate::{
    browser,
    pages::{frame::head, not_found},
    parts::{icon::icon, row::due_chip},
    words,
    work::Work,
};

/// The stage of a model without steps.
const DRAFT: (&str, &str) = ("", "Dự thảo");

/// A model with what is asked of it here.
#[derive(Clone, PartialEq)]
struct Model {
    row: Arc<Summary>,
    doc: Value,
    stage: String,
    next: String,
}

pub(crate) fn page(work: Work) -> AnyView {
    let book = work.book;
    head("Dân vận khéo", Some("/so"));
    let Some(form) = book.catalogue().newest("mo_hinh") else {
        return not_found::page();
    };
    let today = date::today(browser::now_ms());
    let (year, stage) = (RwSignal::new(String::new()), RwSignal::new(None::<String>));
    let all = Memo::new(move |_| -> Vec<Model> {
        let docs = book.docs("mo_hinh").into_iter();
        docs.map(|(row, doc)| model(form, row, doc)).collect()
    });
    let of_year = move || -> Vec<Model> {
        let year = year.read();
        let all = all.read();
        let is_of = |model: &&Model| year.is_empty() || text(&model.doc, "nam_dang_ky") == *year;
        all.iter().filter(is_of).cloned().collect()
    };
    let years = move || {
        let mut years: Vec<String> = all
            .read()
            .iter()
            .map(|model| text(&model.doc, "nam_dang_ky"))
            .collect();
        order::sort(&mut years, &mut |a, b| a > b);
        years.dedup();
        years.retain(|year| !year.is_empty());
        let options = years
            .into_iter()
            .map(|year| view! { <option value=year.clone()>{format!("Năm {year}")}</option> });
        options.collect::<Vec<_>>()
    };
    let list = move || {
        let models = of_year();
        let late = models.iter().filter(|model| is_late(model, &today)).count();
        let late = (late > 0).then(|| view! { <p class="banner warn">{format!("{late} mô hình có việc quá hạn hoặc hơn 30 ngày chưa theo dõi.")}</p> });
        view! { {late}{stages(form, &models, stage)}{rows(form, &models, stage, &today)}{counts(form, &models)} }
    };
    view! {
        <main class="page">
            <div class="pair no-print">
                <select aria-label="Năm đăng ký" on:change=move |ev| year.set(event_target_value(&ev))>
                    <option value="">"Mọi năm"</option>
                    {years}
                </select>
                <a class="button" href="#/ghi/mo_hinh">{icon("plus")}"Đăng ký mô hình"</a>
            </div>
            {list}
            <a class="button no-print" href="#/khen-thuong">{icon("check")}"Khen thưởng"</a>
        </main>
    }
}

fn model(form: &Form, row: Arc<Summary>, doc: Value) -> Model {
    let scope = Scope::of(&doc, Some(form));
    let stage = expr::eval(
        &serde_json::json!(["last_by", "$buoc", "ngay_buoc", "loai_buoc"]),
        &scope,
    );
    let stage = stage.as_str().unwrap_or_default().to_owned();
    let next = form
        .field_at("buoc_tiep")
        .map(|field| expr::text(&field.value, &scope));
    Model {
        next: next.unwrap_or_default(),
        stage,
        row,
        doc,
    }
}

fn text(doc: &Value, key: &str) -> String {
    expr::to_text(doc.get(key).unwrap_or(&Value::Null))
}

fn is_late(model: &Model, today: &str) -> bool {
    let due = &model.row.due;
    due.iter()
        .any(|due| due.date.as_str() < today && due.is_open_on(today))
}

/// The stages in the order of a model's life.
fn all_stages(form: &'static Form) -> Vec<(&'static str, &'static str)> {
    let options = form
        .field_at("buoc/*/loai_buoc")
        .map_or(&[][..], |field| &field.options);
    let options = options
        .iter()
        .map(|(key, label)| (key.as_str(), label.as_str()));
    core::iter::once(DRAFT).chain(options).collect()
}

fn stages(form: &'static Form, models: &[Model], stage: RwSignal<Option<String>>) -> AnyView {
    let one = |(key, label): (&'static str, &'static str)| {
        let count = models.iter().filter(|model| model.stage == key).count();
        let choose = move |_| {
            stage.update(|now| {
                *now = if now.as_deref() == Some(key) {
                    None
                } else {
                    Some(key.to_owned())
                }
            });
        };
        (count > 0).then(|| {
            view! {
                <button class="chip" aria-pressed=move || (stage.read().as_deref() == Some(key)).to_string() on:click=choose>
                    {format!("{label} {count}")}
                </button>
            }
        })
    };
    let chips: Vec<_> = all_stages(form).into_iter().map(one).collect();
    view! { <div class="chips strip no-print" role="group" aria-label="Giai đoạn">{chips}</div> }
}

fn rows(
    form: &'static Form,
    models: &[Model],
    stage: RwSignal<Option<String>>,
    today: &str,
) -> AnyView {
    if models.is_empty() {
        return view! {
            <div class="empty">
                <p class="empty-title">"Chưa có mô hình nào"</p>
                <p>"Đăng ký mô hình, rồi ghi từng bước có ngày và văn bản: duyệt danh mục, thực hiện, theo dõi, đánh giá, công nhận, khen thưởng, nhân rộng."</p>
            </div>
        };
    }
    let today = today.to_owned();
    let models = models.to_vec();
    let groups = move || {
        let wanted = stage.get();
        let is_wanted = |key: &str| wanted.as_deref().is_none_or(|wanted| wanted == key);
        let shown = all_stages(form)
            .into_iter()
            .filter(|(key, _)| is_wanted(key));
        let group = |(key, label): (&'static str, &'static str)| {
            let those: Vec<AnyView> = models
                .iter()
                .filter(|model| model.stage == key)
                .map(|model| row(model, &today))
                .collect();
            (!those.is_empty()).then(|| {
                view! {
                    <h2 class="section-title">{label}<small>{format!("{} mô hình", those.len())}</small></h2>
                    <div class="card-list">{those}</div>
                }
            })
        };
        shown.map(group).collect::<Vec<_>>()
    };
    view! { {groups} }
}

fn row(model: &Model, today: &str) -> AnyView {
    let due = model.row.due.iter().find(|due| due.is_open_on(today));
    let chip = due.and_then(|due| due_chip(&due.date, today));
    let next = (!model.next.is_empty()).then(
        || view! { <span class="row-sub">{format!("Bước tiếp theo: {}", model.next)}</span> },
    );
    view! {
        <a class="row" href=format!("#/phieu/{}", model.row.id)>
            <span class="row-main">
                <span class="row-title">{model.row.title.clone()}</span>
                <span class="row-sub">{text(&model.doc, "don_vi_dang_ky")}</span>
                {next}
                <span class="chips">{chip}</span>
            </span>
        </a>
    }
}

/// By field: how many, by whom, new or kept up, recognised.
fn counts(form: &'static Form, models: &[Model]) -> AnyView {
    let Some(field) = form.field_at("linh_vuc") else {
        return ().into_any();
    };
    let is = |model: &Model, key: &str, value: &str| text(&model.doc, key) == value;
    let is_recognised = |model: &&&Model| {
        let steps = model.doc.get("buoc").and_then(Value::as_array);
        steps.is_some_and(|steps| {
            steps.iter().any(|step| {
                step.get("loai_buoc")
                    .is_some_and(|kind| kind == "CONG_NHAN")
            })
        })
    };
    let line = |label: &str, those: &[&Model]| {
        let count =
            |key: &str, value: &str| those.iter().filter(|model| is(model, key, value)).count();
        let cells = [
            those.len(),
            count("loai", "TAP_THE"),
            count("loai", "CA_NHAN"),
            count("dang_ky", "MOI"),
            count("dang_ky", "DUY_TRI"),
            those.iter().filter(is_recognised).count(),
        ];
        let cells = cells.map(|count| view! { <td>{words::count(count)}</td> });
        view! { <tr><th scope="row">{label.to_owned()}</th>{cells}</tr> }
    };
    let by_field = |Field { options, .. }: &'static Field| -> Vec<AnyView> {
        let used = options.iter().filter_map(|(key, label)| {
            let those: Vec<&Model> = models
                .iter()
                .filter(|model| is(model, "linh_vuc", key))
                .collect();
            (!those.is_empty()).then(|| line(label, &those))
        });
        used.collect()
    };
    let all: Vec<&Model> = models.iter().collect();
    if models.is_empty() {
        return ().into_any();
    }
    view! {
        <h2 class="section-title">"Tổng hợp"</h2>
        <div class="table-wrap" tabindex="0" role="region" aria-label="Tổng hợp">
            <table class="register">
                <thead><tr><th>"Lĩnh vực"</th><th>"Số mô hình"</th><th>"Tập thể"</th><th>"Cá nhân"</th><th>"Đăng ký mới"</th><th>"Duy trì"</th><th>"Được công nhận"</th></tr></thead>
                <tbody>{by_field(field)}{line("Tổng số", &all)}</tbody>
            </table>
        </div>
        <div class="buttons no-print"><button class="button" on:click=|_| browser::print()>{icon("print")}"In"</button></div>
    }
}
