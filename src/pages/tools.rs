//! What is done to a record besides writing it: its review, and joining it with another one.

use std::cell::RefCell;

use crate::markup::view;
use leptos::prelude::*;
use records::{
    account::Action,
    date, expr,
    fold::{Head, Record},
    form::Form,
    id::RecordId,
    join, order, path,
    review::{self, Step, Taken},
    rights, validate,
    wire::Acceptance,
};

use crate::{
    browser,
    pages::secret,
    parts::{icon::icon, values},
    words,
    work::{Work, save::SaveError, together},
};

/// Why a record cannot be taken out of another.
const CHAIN: &str = "Chưa tách được: phiếu đã gộp vào cũng đã xóa hoặc gộp tiếp. Mở phiếu ấy, lấy lại hoặc tách ra trước.";

thread_local! {
    /// The reason that is being written, and for which record: the page is made anew with every exchange.
    static REASON: RefCell<(Option<RecordId>, String)> = const { RefCell::new((None, String::new())) };
}

/// Somebody asked that it be used no further.
fn restricted(record: &Record) -> Option<AnyView> {
    let (day, why) = rights::restriction(record)?;
    let say = format!(
        "Hạn chế sử dụng từ {}: {why}. Không vào tệp xuất; sổ, báo cáo theo luật vẫn đếm.",
        date::for_people(&day)
    );
    Some(view! { <div class="banner warn" id="restricted">{say}</div> })
}

/// The part of a record's page that comes with the second wasm.
pub(crate) fn tools(work: Work, record: &Record) -> AnyView {
    if let Some(into) = join::went_into(record) {
        return went(work, record.id, into);
    }
    let form = work.book.catalogue().form(&record.form, &record.version);
    view! {
        {of_old_unit(work, record.id)}
        {secret::move_out(work, record)}
        {restricted(record)}
        {taken_in(work, record)}
        {review(work, record)}
        {receipts(work, record.id)}
        {form.map(|form| history(record, form))}
        {(!has_own_way(work, record)).then(|| view! { <a class="button no-print" id="join" href=format!("#/phieu/{}/gop", record.id)>{icon("link")}"Gộp với phiếu khác…"</a> })}
    }
}

/// Runs a save and says what became of it.
fn act(work: Work, saving: impl Future<Output = Result<u64, SaveError>> + 'static) {
    wasm_bindgen_futures::spawn_local(async move {
        match saving.await {
            Ok(ms) => work.book.say(words::saved_at(ms), None),
            Err(error) => work.book.say(words::save_error(&error), None),
        }
    });
}

fn went(work: Work, id: RecordId, into: RecordId) -> AnyView {
    let split = move |_| {
        wasm_bindgen_futures::spawn_local(async move {
            match together::split(work, id).await {
                Ok(Some(ms)) => work.book.say(words::saved_at(ms), None),
                Ok(None) => work.book.say(CHAIN, None),
                Err(error) => work.book.say(words::save_error(&error), None),
            }
        });
    };
    view! {
        <div class="empty">
            <p class="empty-title">"Phiếu này đã gộp vào phiếu khác."</p>
            <p>"Lịch sử của cả hai phiếu vẫn giữ nguyên."</p>
            <a class="button" href=format!("#/phieu/{into}")>"Mở phiếu đã gộp"</a>
            <button class="button" id="split" on:click=split>{icon("undo")}"Tách ra như cũ"</button>
        </div>
    }
}

/// A record of a commune that was merged into this one stays that commune's.
fn of_old_unit(work: Work, id: RecordId) -> Option<AnyView> {
    let (old, own) = work.book.peek(|data| {
        let mut accs = data
            .replica
            .notebook
            .of_record(id)
            .filter_map(|(_, known)| known.acc.as_ref());
        let first = accs.next().map(|acc| acc.scope.clone());
        (first, data.replica.sync.unit.code.clone())
    });
    let old = old?.split('/').next()?.to_owned();
    (old != own && !own.is_empty()).then(|| {
        view! { <p class="hint">{format!("Phiếu của xã trước khi nhập (mã đơn vị {old}).")}</p> }
    })
}

/// What the endpoint said when it took each change: its number, its place in time and the proof.
fn receipts(work: Work, id: RecordId) -> Option<AnyView> {
    let endpoint = work.book.me.with(|me| me.endpoint.clone());
    let (taken, all) = work.book.read(|data| {
        let known = data.replica.notebook.of_record(id);
        let accs: Vec<Option<Acceptance>> = known.map(|(_, known)| known.acc.clone()).collect();
        let all = accs.len();
        (accs.into_iter().flatten().collect::<Vec<_>>(), all)
    });
    let one = |acc: &Acceptance| {
        let proof = acc.mac.get(..12).unwrap_or(&acc.mac).to_owned();
        view! {
            <li><strong>{format!("Số {} trong {}", acc.seq, acc.scope)}</strong>
                <small>{format!("{}, mã xác nhận {proof}", words::moment(acc.eff.ms))}</small></li>
        }
    };
    let list: Vec<AnyView> = taken.iter().map(one).collect();
    (!endpoint.is_empty()).then(|| {
        view! {
            <details class="no-print" id="receipts">
                <summary>{format!("Máy chủ đã nhận {}/{all} lần ghi", list.len())}</summary>
                <p class="hint">{format!("Nơi nhận: {endpoint}. Tệp Xuất mang theo đầy đủ các xác nhận này.")}</p>
                <ol class="timeline">{list}</ol>
            </details>
        }
    })
}

fn taken_in(work: Work, record: &Record) -> AnyView {
    let one = |other: RecordId| {
        let title = work
            .book
            .peek(|data| data.rows.get(&other).map(|row| row.title.clone()))
            .unwrap_or_default();
        view! { <li><a href=format!("#/phieu/{other}")>{title}</a></li> }
    };
    let all: Vec<AnyView> = join::took_in(record).into_iter().map(one).collect();
    let shown = (!all.is_empty()).then(|| {
        view! { <section class="card"><h3>"Đã gộp từ"</h3><ul class="timeline">{all}</ul></section> }
    });
    view! { {shown} }
}

/// A form with a day of its own for handing in has its own way: reports, commendations.
fn has_own_way(work: Work, record: &Record) -> bool {
    let form = work.book.catalogue().form(&record.form, &record.version);
    form.is_none_or(|form| form.field_at("ngay_trinh").is_some())
}

/// Where the review stands, and the steps that can be taken now.
fn review(work: Work, record: &Record) -> AnyView {
    let form = work.book.catalogue().form(&record.form, &record.version);
    let Some(form) = form.filter(|_| !has_own_way(work, record)) else {
        return ().into_any();
    };
    let steps = review::steps(record);
    let last = steps.last().map(|taken| taken.step);
    let is_clean = validate::is_clean(&validate::problems(form, &record.to_doc()));
    let list: Vec<AnyView> = steps.iter().map(line).collect();
    let edited = steps
        .last()
        .is_some_and(|taken| taken.step == Step::Approved && record.touched.0 > taken.stamp);
    let edited = edited.then(|| {
        view! { <p class="field-help warn">"Phiếu đã sửa sau khi duyệt."</p> }
    });
    let may_decide = work.book.read(|data| data.replica.sync.may(Action::Review));
    let buttons = match last {
        Some(Step::HandedIn) if !may_decide => {
            view! { <p class="hint">"Đang chờ lãnh đạo duyệt."</p> }
        }
        Some(Step::HandedIn) => decide(work, record.id, is_clean),
        None | Some(Step::SentBack | Step::Approved) => hand_in(work, record.id, last),
    };
    view! {
        <section class="card" id="review">
            <h3>"Xét duyệt"</h3>
            <ol class="timeline">{list}</ol>
            {edited}
            {buttons}
        </section>
    }
}

fn line(taken: &Taken) -> AnyView {
    let reason = if taken.reason.is_empty() {
        String::new()
    } else {
        format!(": {}", taken.reason)
    };
    let who = format!("{}, {}", taken.who, date::for_people(&taken.day));
    view! { <li><strong>{taken.step.label()}</strong>{reason}<small>{who.trim_start_matches(", ").to_owned()}</small></li> }
}

fn hand_in(work: Work, id: RecordId, last: Option<Step>) -> AnyView {
    let label = match last {
        None => "Trình duyệt",
        Some(_) => "Trình lại",
    };
    let go = move |_| {
        act(work, async move {
            together::step(work, id, Step::HandedIn, String::new()).await
        })
    };
    view! { <button class="button no-print" id="hand-in" on:click=go>{label}</button> }
}

/// To approve needs a record without problems; to send it back needs a reason.
fn decide(work: Work, id: RecordId, is_clean: bool) -> AnyView {
    let kept = REASON.with_borrow(|(of, text)| (*of == Some(id)).then(|| text.clone()));
    let kept = kept.unwrap_or_default();
    let (reason, is_asked) = (RwSignal::new(kept.clone()), RwSignal::new(false));
    let write = move |ev| {
        let text: String = event_target_value(&ev);
        REASON.set((Some(id), text.clone()));
        reason.set(text);
    };
    let approve = move |_| {
        act(work, async move {
            together::step(work, id, Step::Approved, String::new()).await
        })
    };
    let send_back = move |_| {
        let why = reason.get_untracked().trim().to_owned();
        if why.is_empty() {
            is_asked.set(true);
            browser::focus("send-back-reason");
        } else {
            act(work, async move {
                together::step(work, id, Step::SentBack, why).await
            });
        }
    };
    let problems = (!is_clean).then(|| {
        view! { <p class="field-help warn">"Chưa duyệt được: phiếu còn chỗ cần bổ sung (ở trên). Có thể trả lại, ghi rõ lý do."</p> }
    });
    let missing = move || {
        (is_asked.get() && reason.read().trim().is_empty())
            .then(|| view! { <p class="field-problem" role="alert">"Ghi lý do trả lại để người ghi biết cần sửa gì."</p> })
    };
    view! {
        <div class="no-print">
            {problems}
            <label class="field">
                <span class="field-label">"Lý do trả lại"</span>
                <textarea id="send-back-reason" rows="2" prop:value=kept on:input=write></textarea>
            </label>
            {missing}
            <div class="buttons">
                <button class="button primary" id="approve" disabled=!is_clean on:click=approve>{icon("check")}"Duyệt"</button>
                <button class="button" id="send-back" on:click=send_back>{icon("undo")}"Trả lại"</button>
            </div>
        </div>
    }
}

/// Who typed what, when; the latest first.
fn history(record: &Record, form: &'static Form) -> AnyView {
    let mut lines: Vec<(u64, String, String, String)> = Vec::new();
    for (place, cell) in &record.cells {
        let name = place.rsplit('/').next().unwrap_or_default();
        // Steps of a review and marks stand on the page itself.
        if name == path::POSITION || place.starts_with('@') && place.contains('/') {
            continue;
        }
        let field = form.field_at(place);
        let label = match name {
            path::DELETED => "Xóa".to_owned(),
            path::OFFICIAL => "Chính thức".to_owned(),
            _ => field.map_or(place.clone(), |field| field.label.clone()),
        };
        for head in &cell.history {
            let said = match (field, name) {
                _ if head.is_erased => "(đã xóa theo luật)".to_owned(),
                (_, path::DELETED) => {
                    if head.value.is_null() {
                        "Lấy lại".to_owned()
                    } else {
                        String::new()
                    }
                }
                _ if head.value.is_null() => "(để trống)".to_owned(),
                (Some(field), _) => values::text(field, &head.value),
                (None, _) => expr::to_text(&head.value),
            };
            lines.push((head.stamp.ms, label.clone(), said, who_when(head)));
        }
    }
    order::sort(&mut lines, &mut |a, b| (a.0, &a.1) > (b.0, &b.1));
    let list = lines.into_iter().take(200).map(|(_, label, said, who)| {
        view! { <li><strong>{label}</strong>{if said.is_empty() { said } else { format!(": {said}") }}<small>{who}</small></li> }
    });
    view! {
        <details class="no-print">
            <summary>"Lịch sử ghi"</summary>
            <ol class="timeline">{list.collect_view()}</ol>
        </details>
    }
}

fn who_when(head: &Head) -> String {
    let who = head.who.as_deref().unwrap_or("Chưa ghi tên");
    format!("{who}, {}", words::moment(head.stamp.ms))
}
