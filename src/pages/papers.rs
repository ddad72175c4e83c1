//! Papers of a record: the forms of the law that it fills, ready to be printed and signed.

use crate::markup::view;
use leptos::prelude::*;
use records::{date, form::Form, id::RecordId, paper::Print};
use serde_json::Value;

use crate::{
    browser,
    pages::{frame::head, not_found},
    parts::{icon::icon, sheet::sheet},
    words,
    work::{Work, audit, catalogue, sheets},
};

/// Which paper of which entry.
type Choice = (Print, String, String);

pub(crate) fn page(work: Work, id: &str, chosen: &[&str]) -> AnyView {
    let Ok(id) = id.parse::<RecordId>() else {
        return not_found::page();
    };
    let Some(record) = work.book.record(id) else {
        return not_found::page();
    };
    let catalogue = work.book.catalogue();
    let Some(form) = catalogue.form(&record.form, &record.version) else {
        return not_found::page();
    };
    head("In giấy tờ", Some(&format!("/phieu/{id}")));
    let doc = record.to_doc();
    let all = choices(form, &doc);
    let wanted = all.iter().find(|(print, entry, _)| {
        chosen == [print.id.as_str(), entry.as_str()] || chosen == [print.id.as_str()]
    });
    let Some((print, entry, _)) = wanted.or(all.first()) else {
        return view! {
            <main class="page">
                <div class="empty">
                    {icon("print")}
                    <p class="empty-title">"Phiếu này chưa có giấy tờ để in"</p>
                    <p>"Biên nhận có khi ghi tài liệu đã nhận; thông báo từ chối có khi hướng xử lý là từ chối tiếp. Phiếu vẫn in được ở trang phiếu."</p>
                    <a class="button" href=format!("#/phieu/{id}")>"Về phiếu"</a>
                </div>
            </main>
        };
    };
    let links = all.iter().map(|(one, of, about)| {
        let now = one.id == print.id && of == entry;
        let label = if about.is_empty() { one.label.clone() } else { format!("{}: {about}", one.label) };
        view! { <a class="chip" aria-current=now.then_some("page") href=format!("#/phieu/{id}/in/{}/{of}", one.id)>{label}</a> }
    });
    let links: Vec<AnyView> = links.collect();
    let links = (links.len() > 1)
        .then(|| view! { <nav class="chips no-print" aria-label="Giấy tờ">{links}</nav> });
    let doc = around(work, print, doc, id);
    let paper = print.fill(form, &doc, entry, &|form| catalogue.newest(form));
    let written = paper.clone();
    let word = move |_| {
        let paper = written.clone();
        wasm_bindgen_futures::spawn_local(async move {
            match sheets::docx(&paper).await {
                Ok(ready) => {
                    audit::exported(work, ready.mime);
                    ready.download();
                }
                Err(error) => work.book.say(words::files_error(&error), None),
            }
        });
    };
    view! {
        <main class="page wide" data-print=print.id.clone()>
            {links}
            <p class="hint no-print">{print.sources.join("; ")}" Chỗ chấm là phần ghi tay. Sổ tay không cấp số, không ký thay."</p>
            <div class="buttons no-print">
                <button class="button primary" on:click=|_| browser::print()>{icon("print")}"In hoặc lưu PDF"</button>
                <button class="button" id="docx" on:click=word>{icon("download")}"Word (DOCX)"</button>
            </div>
            {sheet(&paper)}
        </main>
    }
}

fn choices(form: &Form, doc: &Value) -> Vec<Choice> {
    let day = doc
        .get(&form.date)
        .and_then(Value::as_str)
        .unwrap_or_default();
    let prints = catalogue::all().map_or(&[][..], |all| &all.prints);
    let mut all = Vec::new();
    for print in prints
        .iter()
        .filter(|print| print.form == form.id && print.is_valid_on(day))
    {
        for (entry, about) in print.papers(form, doc) {
            all.push((print.clone(), entry, about));
        }
    }
    all
}

/// The record with what a paper may speak of besides: the unit, today, the records that belong to it.
fn around(work: Work, print: &Print, mut doc: Value, id: RecordId) -> Value {
    let own = id.to_string();
    if let Value::Object(parts) = &mut doc {
        parts.insert("@don_vi".to_owned(), Value::from(work.book.unit()));
        parts.insert(
            "@hom_nay".to_owned(),
            Value::from(date::today(browser::now_ms())),
        );
        for children in &print.children {
            let mut docs: Vec<Value> = work
                .book
                .docs(&children.form)
                .into_iter()
                .map(|(_, doc)| doc)
                .collect();
            docs.retain(|doc| {
                doc.get(&children.link)
                    .is_some_and(|link| *link == own.as_str())
            });
            docs.reverse();
            parts.insert(children.name.clone(), Value::Array(docs));
        }
    }
    doc
}
