//! One report: its figures with the year before and the records behind them, its texts, its way to whoever receives it.

mod figure;
mod printed;

use crate::markup::view;
use leptos::prelude::*;
use records::{
    date,
    draft::Draft,
    id::RecordId,
    report::{
        self, Cell, Indicator, Report, Section,
        figure::Computed,
        keep::{self, Kept},
        tally::{Counted, Tally},
    },
};

use crate::{
    browser,
    pages::{charts, frame, keeper::Keeper, not_found, reports},
    parts::{
        icon::icon,
        sheet::sheet,
        writer::{Ambient, Writer},
    },
    state::Book,
    words,
    work::{
        Work, audit, drafts,
        files::{FilesError, Ready},
        reports as verbs,
        save::SaveError,
        sheets,
    },
};

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Open {
    work: Work,
    id: RecordId,
    report: &'static Report,
    writer: Writer,
    kept: Memo<Kept>,
    computed: Memo<Computed>,
}

pub(crate) fn page(work: Work, id: &str) -> AnyView {
    let Some((id, name)) = id
        .parse()
        .ok()
        .and_then(|id| Some((id, drafts::edit(work, id)?)))
    else {
        return not_found::page();
    };
    let Some(draft) = work.book.peek(|data| data.drafts.get(&name).cloned()) else {
        return not_found::page();
    };
    let Some(form) = work.book.catalogue().form(&draft.form, &draft.ver) else {
        return not_found::page();
    };
    let kept = keep::of_record(&draft.to_doc(form));
    let Some(report) = report::version(reports::all(), &kept.report, &kept.version) else {
        return not_found::page();
    };
    frame::head(report.short.as_str(), Some("/bao-cao"));
    frame::bare();
    let keeper = Keeper::new(work, &name, |draft: &Draft, _| {
        format!("/bao-cao/{}?luu", draft.rec)
    });
    let on_edit = Callback::new(move |()| keeper.edited());
    let ambient = Ambient {
        now_ms: browser::now_ms,
        entry_id: drafts::name,
    };
    let writer = Writer::new(work.book, form, draft, on_edit, ambient);
    keeper.open(writer);
    keeper.watch_leaving();
    let kept = Memo::new(move |_| keep::of_record(&writer.doc.read()));
    let open = Open {
        work,
        id,
        report,
        writer,
        kept,
        computed: Memo::new(move |_| compute(work.book, report, &kept.read())),
    };
    view! {
        <main class="page">
            <form class="form" on:submit=|ev| ev.prevent_default() novalidate=true autocomplete="off">
                {state(open)}
                {report.sections.iter().map(|part| section(open, part)).collect::<Vec<_>>()}
                {drawn(open)}
                {actions(keeper)}
            </form>
            <div class="print-only">{move || sheet(&printed::paper(open))}</div>
        </main>
    }
}

/// Counts all records once; of a report that was sent the figures are those that were sent.
fn compute(book: Book, report: &Report, kept: &Kept) -> Computed {
    let mut tally = Tally::new(report, &kept.period);
    for row in book.rows(|_| true) {
        let Some(record) = book.record(row.id) else {
            continue;
        };
        if let Some(form) = book.catalogue().form(&record.form, &record.version) {
            let doc = record.to_doc();
            tally.add(&Counted {
                id: row.id,
                form,
                doc: &doc,
                is_official: row.is_official,
            });
        }
    }
    let docs = book.docs(keep::FORM);
    let before = docs
        .iter()
        .find(|(_, doc)| reports::is_of(doc, &kept.report, &kept.period.id, kept.period.year - 1));
    let before = before.map(|(_, doc)| keep::of_record(doc));
    kept.shown(
        report,
        tally.finish(&|figure| kept.typed(figure, before.as_ref())),
    )
}

fn state(open: Open) -> AnyView {
    let Open {
        work, id, report, ..
    } = open;
    let period = move || {
        let kept = open.kept.read();
        let span = format!(
            "Số liệu từ {} đến {}",
            date::for_people(&kept.period.from),
            date::for_people(&kept.period.to)
        );
        view! { <h2 class="record-title">{kept.period.label.clone()}</h2><p class="hint">{span}</p> }
    };
    let sent = move || {
        let kept = open.kept.read();
        kept.sent_on.clone().filter(|_| kept.is_frozen()).map(|day| {
            view! { <p class="banner ok">{format!("Đã gửi ngày {}. Số liệu giữ nguyên như đã gửi.", date::for_people(&day))}</p> }
        })
    };
    let left_out = move || {
        let count = open.computed.read().left_out.len();
        (count > 0).then(|| view! { <p class="banner warn">{format!("{count} phiếu trong kỳ chưa chính thức nên chưa được tính.")}</p> })
    };
    let act = move |saving: std::pin::Pin<Box<dyn Future<Output = Result<u64, SaveError>>>>| {
        wasm_bindgen_futures::spawn_local(async move {
            match saving.await {
                Ok(ms) => {
                    work.book.say(words::saved_at(ms), None);
                    work.book.reopened.update(|count| *count += 1);
                }
                Err(error) => work.book.say(words::save_error(&error), None),
            }
        });
    };
    let step = move |field: &'static str, label: &'static str| {
        view! { <button type="button" class="button small" id=field on:click=move |_| act(Box::pin(verbs::step(work, id, field)))>{label}</button> }
    };
    let send = move |_| {
        let computed = open.computed.get_untracked();
        act(Box::pin(async move {
            verbs::send(work, id, report, &computed).await
        }));
    };
    let steps = move || {
        (!open.kept.read().is_frozen()).then(|| {
            view! {
                <div class="buttons">
                    {step("ngay_trinh", "Trình hôm nay")}{step("ngay_duyet", "Duyệt hôm nay")}
                    <button type="button" class="button small" id="send-report" on:click=send>{icon("check")}"Đã gửi hôm nay"</button>
                </div>
            }
        })
    };
    let edit = move |_| {
        if let Some(name) = drafts::edit(work, id) {
            browser::go(&format!("/nhap/{name}?phieu={id}"));
        }
    };
    view! {
        <section class="card no-print">
            {period}{sent}{left_out}{steps}
            <div class="buttons">
                <button type="button" class="button small" on:click=edit>{icon("pen")}"Kỳ, số văn bản, nơi nhận, trả lại"</button>
            </div>
            {files_out(open)}
            <details><summary>"Căn cứ, cách tính"</summary><p class="hint">{report.sources.join("; ")}</p><p class="hint">{report.note.as_str()}</p></details>
        </section>
    }
}

/// On paper, and in the files that offices use.
fn files_out(open: Open) -> AnyView {
    let work = open.work;
    let word = move |_| {
        let paper = untrack(|| printed::paper(open));
        give(work, async move { sheets::docx(&paper).await });
    };
    let excel = move |_| {
        let sheet = untrack(|| printed::sheet(open));
        give(work, async move {
            sheets::xlsx(&sheet.title, std::slice::from_ref(&sheet)).await
        });
    };
    view! {
        <div class="buttons">
                <button type="button" class="button small" on:click=|_| browser::print()>{icon("print")}"In"</button>
                <button type="button" class="button small" id="docx" on:click=word>{icon("download")}"Word (DOCX)"</button>
                <button type="button" class="button small" id="xlsx" on:click=excel>{icon("download")}"Excel (XLSX)"</button>
        </div>
    }
}

fn give(work: Work, made: impl Future<Output = Result<Ready, FilesError>> + 'static) {
    wasm_bindgen_futures::spawn_local(async move {
        match made.await {
            Ok(ready) => {
                audit::exported(work, ready.mime);
                ready.download();
                work.book.say(format!("Đã xuất tệp {}.", ready.name), None);
            }
            Err(error) => work.book.say(words::files_error(&error), None),
        }
    });
}

fn section(open: Open, section: &'static Section) -> AnyView {
    let text = section.is_text.then(|| text_area(open, section));
    let figures: Vec<&'static Indicator> = section
        .figures
        .iter()
        .filter_map(|id| open.report.indicator(id))
        .collect();
    let list = list(open, &figures);
    let table = (!section.columns.is_empty()).then(|| {
        let below: Vec<&'static Indicator> = section
            .leaves()
            .into_iter()
            .filter_map(|leaf| match &leaf.cell {
                Cell::Figure(id) => open.report.indicator(id),
                Cell::Over | Cell::Unit | Cell::Note => None,
            })
            .collect();
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label=section.label.as_str()>{move || table(open, section)}</div>
            {list_of(open, &below)}
        }
    });
    view! {
        <h2 class="section-title no-print">{section.label.as_str()}</h2>
        <div class="no-print">{text}{list}{table}</div>
    }
}

fn text_area(open: Open, section: &'static Section) -> AnyView {
    let writer = open.writer;
    let key = section.key.as_str();
    let now = open.kept.with_untracked(|kept| kept.text(key).to_owned());
    let rows = if now.chars().count() > 200 { "8" } else { "4" };
    let put = move |ev| {
        let text: String = event_target_value(&ev);
        writer.change(|draft| keep::put_text(draft, key, &text));
    };
    view! {
        <label class="field">
            <span class="field-help">{section.help.as_str()}</span>
            <textarea name=key rows=rows prop:value=now aria-label=section.label.as_str() on:input=put></textarea>
        </label>
    }
}

fn list(open: Open, figures: &[&'static Indicator]) -> Option<AnyView> {
    (!figures.is_empty()).then(|| list_of(open, figures))
}

fn list_of(open: Open, figures: &[&'static Indicator]) -> AnyView {
    let rows: Vec<AnyView> = figures
        .iter()
        .map(|indicator| figure::figure(open, indicator))
        .collect();
    view! { <div class="card-list">{rows}</div> }
}

/// The legal table: its head as printed, one row.
fn table(open: Open, section: &'static Section) -> AnyView {
    let head = section.head().into_iter().map(|row| {
        let cells = row.into_iter().map(|cell| {
            view! { <th colspan=cell.columns.to_string() rowspan=cell.rows.to_string() scope="col">{cell.label.to_owned()}</th> }
        });
        view! { <tr>{cells.collect::<Vec<_>>()}</tr> }
    });
    let head: Vec<AnyView> = head.collect();
    let leaves = section.leaves();
    let numbers: Vec<AnyView> = leaves
        .iter()
        .map(|leaf| view! { <th>{leaf.number.clone()}</th> })
        .collect();
    let cells: Vec<AnyView> = leaves
        .iter()
        .map(|leaf| view! { <td>{cell(open, &leaf.cell)}</td> })
        .collect();
    view! { <table class="register"><thead>{head}<tr>{numbers}</tr></thead><tbody><tr>{cells}</tr></tbody></table> }
}

fn cell(open: Open, cell: &Cell) -> String {
    match cell {
        Cell::Unit => open.work.book.unit(),
        Cell::Over | Cell::Note => String::new(),
        Cell::Figure(id) => {
            let computed = open.computed.read();
            let found = computed.figure(id).zip(open.report.indicator(id));
            found
                .map(|(figure, indicator)| figure::said(figure.value, indicator))
                .unwrap_or_default()
        }
    }
}

fn drawn(open: Open) -> AnyView {
    let charts = move || {
        let kept = open.kept.read();
        charts::charts(open.work.book, &kept.period.from, &kept.period.to)
    };
    view! { <h2 class="section-title no-print">"Biểu đồ trong kỳ"</h2><div class="no-print">{charts}</div> }
}

fn actions(keeper: Keeper) -> AnyView {
    view! {
        <div class="actions">
            <p class="actions-note" role="status">{move || keeper.note.get()}</p>
            <button type="button" class="button primary" id="save" disabled=move || keeper.is_saving.get() on:click=move |_| keeper.save(false)>"Lưu"</button>
        </div>
    }
}
