//! Papers of a record: the forms of the law that it fills, ready to be printed and signed.

use crate::markup::view;
use leptos::prelude::*;
use records::{
    catalogue, date,
    form::Form,
    id::RecordId,
    paper::{Block, Paper, Print},
};
use serde_json::Value;

use crate::{
    browser,
    pages::{frame::head, not_found},
    parts::icon::icon,
    work::Work,
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
    view! {
        <main class="page wide">
            {links}
            <p class="hint no-print">{print.sources.join("; ")}" Chỗ chấm là phần ghi tay. Sổ tay không cấp số, không ký thay."</p>
            <div class="buttons no-print">
                <button class="button primary" on:click=|_| browser::print()>{icon("print")}"In hoặc lưu PDF"</button>
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
    // A test reads the built-in papers, so a release can.
    let prints = catalogue::builtin_prints().unwrap_or_default();
    let mut all = Vec::new();
    for print in prints
        .into_iter()
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

/// The paper as it will be printed.
fn sheet(paper: &Paper) -> AnyView {
    let blocks: Vec<AnyView> = paper.blocks.iter().map(block).collect();
    let subject = (!paper.subject.is_empty())
        .then(|| view! { <p class="paper-subject">{paper.subject.clone()}</p> });
    let title = (!paper.title.is_empty())
        .then(|| view! { <p class="paper-title">{paper.title.to_uppercase()}</p> });
    let recipients: Vec<AnyView> = paper
        .recipients
        .iter()
        .map(|line| view! { <p>{line.clone()}</p> })
        .collect();
    let recipients = (!recipients.is_empty())
        .then(|| view! { <div class="paper-recipients"><p>"Nơi nhận:"</p>{recipients}</div> });
    let signer: Vec<AnyView> = paper
        .signer
        .iter()
        .map(|line| view! { <p>{line.clone()}</p> })
        .collect();
    let signer = (!signer.is_empty()).then(|| {
        view! { <div class="paper-signer">{signer}<p class="paper-sign-space"></p><p>{paper.signer_name.clone()}</p></div> }
    });
    let foot = (recipients.is_some() || signer.is_some()).then(|| {
        view! { <div class="print-sign">{recipients.unwrap_or_else(|| view! { <div></div> })}{signer}</div> }
    });
    let (title, subject) = if paper.title.is_empty() {
        (subject, None)
    } else {
        (title, subject)
    };
    view! {
        <article class="paper" lang="vi">
            {letterhead(paper)}
            {title}{subject}
            {blocks}
            {foot}
        </article>
    }
}

/// State and party heads are kept apart (Nghị định 30/2020/NĐ-CP; Hướng dẫn 36-HD/VPTW).
fn letterhead(paper: &Paper) -> AnyView {
    let number = (!paper.number.is_empty()).then(|| view! { <p>{paper.number.clone()}</p> });
    let place = (!paper.place_date.is_empty())
        .then(|| view! { <p class="paper-place">{paper.place_date.clone()}</p> });
    let (star, motto) = if paper.layout == "party" {
        (
            Some(view! { <p>"*"</p> }),
            view! { <p class="paper-motto">"ĐẢNG CỘNG SẢN VIỆT NAM"</p> },
        )
    } else {
        (
            None,
            view! { <div><p class="paper-nation">"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"</p><p class="paper-motto">"Độc lập - Tự do - Hạnh phúc"</p></div> },
        )
    };
    view! {
        <div class="print-head">
            <div><p>{paper.issuer_above.to_uppercase()}</p><p class="paper-issuer">{paper.issuer.to_uppercase()}</p>{star}{number}</div>
            <div>{motto}{place}</div>
        </div>
    }
}

fn block(block: &Block) -> AnyView {
    match block {
        Block::Heading(text) => view! { <h2 class="paper-heading">{text.clone()}</h2> },
        Block::Paragraph(text) => view! { <p class="paper-text">{text.clone()}</p> },
        Block::Table(heads, rows) => {
            let heads: Vec<AnyView> = heads
                .iter()
                .map(|head| view! { <th scope="col">{head.clone()}</th> })
                .collect();
            let rows = rows.iter().map(|cells| {
                let cells: Vec<AnyView> = cells
                    .iter()
                    .map(|cell| view! { <td>{cell.clone()}</td> })
                    .collect();
                view! { <tr>{cells}</tr> }
            });
            view! { <div class="table-wrap"><table class="paper-table"><thead><tr>{heads}</tr></thead><tbody>{rows.collect::<Vec<_>>()}</tbody></table></div> }
        }
        Block::Signs(signs) => {
            let signs = signs.iter().map(|(office, name)| {
                view! { <div><p class="paper-issuer">{office.clone()}</p><p class="hint">"(Ký, ghi rõ họ tên)"</p><p class="paper-sign-space"></p><p>{name.clone()}</p></div> }
            });
            view! { <div class="print-sign">{signs.collect::<Vec<_>>()}</div> }
        }
    }
}
