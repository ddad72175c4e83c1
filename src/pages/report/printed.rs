//! A report as an office prints it.

use leptos::prelude::*;
use records::{
    date, expr,
    paper::{Block, Paper},
    report::{Cell, Layout, Report, Section, figure::Computed, fixed, keep::Kept},
};
use serde_json::Value;
use sheets::{HeadCell, Sheet, Width};

use super::{Open, figure::said};
use crate::work::sheets as work;

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

/// The figures as a workbook: the legal table where the report has one, else the list.
pub(super) fn sheet(open: Open) -> Sheet {
    let (kept, computed) = (open.kept.read(), open.computed.read());
    let report = open.report;
    let span = format!(
        "Từ {} đến {}",
        date::for_people(&kept.period.from),
        date::for_people(&kept.period.to)
    );
    let number = |id: &str| computed.figure(id).and_then(|figure| figure.value);
    let with_title = |sheet: Sheet| Sheet {
        name: report.short.clone(),
        title: kept.period.label.clone(),
        lines: vec![open.work.book.unit(), span.clone()],
        ..sheet
    };
    if let Some(section) = report
        .sections
        .iter()
        .find(|section| !section.columns.is_empty())
    {
        let spans = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
        let head = section.head().into_iter().map(|row| {
            let cells = row
                .into_iter()
                .map(|cell| HeadCell::spanning(cell.label, spans(cell.columns), spans(cell.rows)));
            cells.collect()
        });
        let mut head: Vec<Vec<HeadCell>> = head.collect();
        let leaves = section.leaves();
        head.push(
            leaves
                .iter()
                .map(|leaf| HeadCell::of(leaf.number.as_str()))
                .collect(),
        );
        let cells = leaves.iter().map(|leaf| match &leaf.cell {
            Cell::Figure(id) => number(id).map_or(sheets::Cell::Empty, sheets::Cell::Number),
            Cell::Unit => sheets::Cell::Text(open.work.book.unit()),
            Cell::Over | Cell::Note => sheets::Cell::Empty,
        });
        return with_title(Sheet {
            head,
            columns: leaves.iter().map(|_| Width(12)).collect(),
            rows: vec![cells.collect()],
            ..work::table(&[], Vec::new())
        });
    }
    let heads = ["Chỉ tiêu", "Đơn vị tính", "Trong kỳ", "Cùng kỳ", "Nguồn"].map(ToOwned::to_owned);
    let rows = report.figures.iter().filter_map(|indicator| {
        let figure = computed.figure(&indicator.id)?;
        let cell = |value: Option<i64>| match value {
            None => sheets::Cell::Empty,
            Some(value) if indicator.places == 0 => sheets::Cell::Number(value),
            Some(value) => sheets::Cell::Text(fixed::shown(value, indicator.places)),
        };
        let origin = if figure.is_typed {
            "Nhập tay"
        } else {
            "Tính từ phiếu"
        };
        Some(vec![
            sheets::Cell::Text(indicator.label.clone()),
            sheets::Cell::Text(indicator.unit.clone()),
            cell(figure.value),
            cell(figure.last),
            sheets::Cell::Text(origin.to_owned()),
        ])
    });
    with_title(work::table(&heads, rows.collect()))
}
