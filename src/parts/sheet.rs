//! A paper as it will be printed: head, title, text, tables, signatures.

use crate::markup::view;
use leptos::prelude::*;
use records::paper::{Block, Paper};

/// The paper as it will be printed.
pub(crate) fn sheet(paper: &Paper) -> AnyView {
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
