//! A report as an office prints it.

use leptos::prelude::*;
use records::{
    expr,
    paper::{Block, Paper},
    report::{Cell, Layout, Report, Section, figure::Computed, fixed, keep::Kept},
};
use serde_json::Value;

use super::{Open, figure::said};

pub(super) fn paper(open: Open) -> Paper {
    let (kept, computed) = (open.kept.read(), open.computed.read());
    let report = open.report;
    let doc = open.writer.doc.read();
    let text = |path: &str| part_of(&doc, path);
    let mut blocks = Vec::new();
    for section in &report.sections {
        part(report, section, &kept, &computed, &mut blocks);
    }
    let (number, behalf) = match report.layout {
        Layout::Party => ("Số", "T/M …………………………"),
        Layout::State => ("Số:", "TM. …………………………"),
    };
    Paper {
        layout: if report.layout == Layout::Party {
            "party"
        } else {
            "state"
        }
        .to_owned(),
        issuer_above: String::new(),
        issuer: text("don_vi"),
        number: format!("{number} {}", text("so_van_ban")),
        place_date: "…………, ngày …… tháng …… năm ……".to_owned(),
        title: "BÁO CÁO".to_owned(),
        subject: kept.period.label.clone(),
        blocks,
        recipients: recipients(&doc),
        signer: vec![behalf.to_owned()],
        signer_name: text("nguoi_ky"),
    }
}

fn part_of(doc: &Value, key: &str) -> String {
    expr::to_text(doc.get(key).unwrap_or(&Value::Null))
}

/// Who receives it, with the purpose where one was written.
fn recipients(doc: &Value) -> Vec<String> {
    let to = doc.get("noi_nhan").and_then(Value::as_array);
    let to = to.map_or(&[][..], Vec::as_slice).iter();
    to.map(
        |one| match (part_of(one, "ten_noi_nhan"), part_of(one, "muc_dich")) {
            (who, purpose) if purpose.is_empty() => format!("- {who},"),
            (who, purpose) => format!("- {who} ({purpose}),"),
        },
    )
    .collect()
}

/// A section: heading, text, figures with the year before.
fn part(
    report: &Report,
    section: &Section,
    kept: &Kept,
    computed: &Computed,
    blocks: &mut Vec<Block>,
) {
    blocks.push(Block::Heading(section.label.clone()));
    let written = kept.text(&section.key).trim();
    if !written.is_empty() {
        blocks.push(Block::Paragraph(written.to_owned()));
    }
    let leaves = section.leaves();
    let columns = leaves.iter().filter_map(|leaf| match &leaf.cell {
        Cell::Figure(id) => Some(id),
        Cell::Over | Cell::Unit | Cell::Note => None,
    });
    let ids = section.figures.iter().chain(columns);
    let named = ids.filter_map(|id| Some((report.indicator(id)?, computed.figure(id)?)));
    let rows = named.map(|(indicator, figure)| {
        let last = figure.last.map(|last| fixed::shown(last, indicator.places));
        let change = figure
            .change
            .map(|change| format!("{}%", fixed::shown(change, 1)));
        vec![
            indicator.label.clone(),
            indicator.unit.clone(),
            said(figure.value, indicator),
            last.unwrap_or_default(),
            change.unwrap_or_default(),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    if !rows.is_empty() {
        let heads = [
            "Chỉ tiêu",
            "Đơn vị tính",
            "Trong kỳ",
            "Cùng kỳ",
            "Tăng, giảm",
        ];
        blocks.push(Block::Table(heads.map(ToOwned::to_owned).to_vec(), rows));
    }
}
