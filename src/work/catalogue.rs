//! The catalogue that the endpoint published: fetched, kept, taken up. Of the second wasm.

use std::cell::{Cell, RefCell};

use leptos::prelude::*;
use records::{
    catalogue,
    published::{self, Bundle, Mark},
    summary::Summary,
};

use crate::{browser, net, store::Published, work::Work};

thread_local! {
    /// What was published, once it is read.
    static RENEWED: RefCell<Option<Bundle>> = const { RefCell::new(None) };
    /// Which one that is, and whose.
    static HELD: RefCell<Option<(String, Mark)>> = const { RefCell::new(None) };
    /// Everything together, made when it is first asked for.
    static ALL: Cell<Option<&'static Bundle>> = const { Cell::new(None) };
}

/// Forms, registers, reports and papers as they hold now. They live as long as the page.
pub(crate) fn all() -> Option<&'static Bundle> {
    if ALL.get().is_none() {
        let built_in = published::builtin().ok()?; // a test reads it, so a release can
        let all = match RENEWED.with_borrow(Clone::clone) {
            Some(renewed) => built_in.renewed_by(renewed),
            None => built_in,
        };
        ALL.set(Some(Box::leak(Box::new(all))));
    }
    ALL.get()
}

/// Takes in what came with the second wasm, then what was published, now and whenever the endpoint has a newer one.
pub(crate) fn grow(work: Work) {
    if let Ok(built_in) = catalogue::complete() {
        let before = work.book.catalogue();
        let is_new = move |row: &Summary| before.newest(&row.form).is_none();
        work.book
            .take_catalogue(Box::leak(Box::new(built_in)), &is_new);
    }
    wasm_bindgen_futures::spawn_local(async move {
        if let Some(kept) = work.tools().store.published().await {
            browser::let_go(take_up(work, &kept));
        }
        work.book.is_renewed.set(true);
        Effect::new(move |_| {
            if let Some(mark) = work.book.published.get() {
                wasm_bindgen_futures::spawn_local(renew(work, mark));
            }
        });
    });
}

/// Fetches what the endpoint says is the newest, unless it is here.
async fn renew(work: Work, mark: Mark) {
    let tools = work.tools();
    let (endpoint, key) = {
        let profile = tools.profile.borrow();
        (profile.endpoint.clone(), profile.key.clone())
    };
    let is_news = |mark: &Mark| {
        HELD.with_borrow(|held| {
            let held = held.as_ref().filter(|(of, _)| *of == endpoint);
            mark.is_news_after(held.map(|(_, mark)| mark))
        })
    };
    if !is_news(&mark) {
        return;
    }
    // Another tab may have been faster.
    if let Some(kept) = tools.store.published().await
        && kept.endpoint == endpoint
        && is_news(&kept.mark)
    {
        browser::let_go(take_up(work, &kept));
    }
    if !is_news(&mark) {
        return;
    }
    // Without an answer now, the next exchange says it again.
    let Ok(text) = net::catalogue(&endpoint, &key, mark.number).await else {
        work.book.published.set(None);
        return;
    };
    let fetched = Published {
        endpoint,
        mark,
        text,
    };
    if take_up(work, &fetched).is_err() {
        return;
    }
    if tools.store.put_published(&fetched).await.is_ok() {
        work.book.say(
            format!("Đã nhận danh mục số {} từ máy chủ.", fetched.mark.number),
            None,
        );
    }
}

/// From now on it holds. An app that cannot read it keeps what it has and says so.
fn take_up(work: Work, kept: &Published) -> Result<(), ()> {
    let number = kept.mark.number;
    let Ok(renewed) = published::read(kept.text.as_bytes()) else {
        work.book.edition.set(format!(
            "Máy chủ đã công bố danh mục số {number}, cần bản ứng dụng mới hơn để dùng. Máy vẫn ghi theo danh mục trước."
        ));
        return Err(());
    };
    let forms: Vec<String> = renewed
        .catalogue
        .forms
        .iter()
        .map(|form| form.id.clone())
        .collect();
    let has_calendar = !renewed.catalogue.calendar.years.is_empty();
    RENEWED.set(Some(renewed));
    HELD.set(Some((kept.endpoint.clone(), kept.mark.clone())));
    ALL.set(None);
    let Some(all) = all() else {
        return Err(());
    };
    let is_touched = move |row: &Summary| {
        let has_due = !row.due.is_empty() || !row.undated.is_empty();
        forms.contains(&row.form) || (has_calendar && has_due)
    };
    work.book.take_catalogue(&all.catalogue, &is_touched);
    work.book
        .edition
        .set(format!("Danh mục số {number} do máy chủ công bố."));
    Ok(())
}
