//! What is done to a record besides writing it: its review, and joining it with another one.

use crate::markup::view;
use leptos::prelude::*;
use records::{
    date,
    fold::Record,
    id::RecordId,
    join,
    review::{self, Step, Taken},
    validate,
};

use crate::{
    browser,
    parts::icon::icon,
    words,
    work::{Work, save::SaveError, together},
};

/// The part of a record's page that comes with the second wasm.
pub(crate) fn tools(work: Work, record: &Record) -> AnyView {
    if let Some((into, _)) = join::went_into(record) {
        return went(work, record.id, into);
    }
    view! {
        {of_old_unit(work, record.id)}
        {taken_in(work, record)}
        {review(work, record)}
        <a class="button no-print" id="join" href=format!("#/phieu/{}/gop", record.id)>{icon("link")}"Gộp với phiếu khác…"</a>
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
    let split = move |_| act(work, async move { together::split(work, id).await });
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

/// Where the review stands, and the steps that can be taken now.
fn review(work: Work, record: &Record) -> AnyView {
    let Some(form) = work.book.catalogue().form(&record.form, &record.version) else {
        return ().into_any();
    };
    // A form with a day of its own for this has its own way: reports, models.
    if form.field_at("ngay_trinh").is_some() {
        return ().into_any();
    }
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
    let buttons = match last {
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
    let (reason, is_asked) = (RwSignal::new(String::new()), RwSignal::new(false));
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
                <textarea id="send-back-reason" rows="2" on:input=move |ev| reason.set(event_target_value(&ev))></textarea>
            </label>
            {missing}
            <div class="buttons">
                <button class="button primary" id="approve" disabled=!is_clean on:click=approve>{icon("check")}"Duyệt"</button>
                <button class="button" id="send-back" on:click=send_back>{icon("undo")}"Trả lại"</button>
            </div>
        </div>
    }
}
