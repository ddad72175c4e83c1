//! The unit's own lists: hamlets and people, offered wherever a name or a place is written. Of the second wasm.

use leptos::prelude::*;
use records::{expr::to_text, search};
use serde_json::Value;

use crate::work::Work;

/// Keeps what is offered as the records of the unit say it.
pub(crate) fn follow(work: Work) {
    Effect::new(move |_| {
        let mut offered = Offered::default();
        for (_, doc) in work.book.docs("don_vi") {
            for hamlet in entries(&doc, "thon") {
                offered.add(hamlet.get("ten_thon"));
                for leader in ["truong_thon", "bi_thu_chi_bo", "truong_ban_mat_tran"] {
                    offered.person(hamlet.get(leader));
                }
            }
            let here = |member: &&Value| member.get("thoi_giu") != Some(&Value::Bool(true));
            for member in entries(&doc, "can_bo").filter(here) {
                offered.person(member.get("nguoi"));
                offered.add(member.get("co_quan"));
            }
        }
        for (_, doc) in work.book.docs("ban_chi_dao") {
            offered.add(doc.get("ten"));
            for member in entries(&doc, "thanh_vien") {
                offered.person(member.get("nguoi"));
            }
        }
        if work
            .book
            .offered
            .with_untracked(|known| *known != offered.0)
        {
            work.book.offered.set(offered.0);
        }
    });
}

fn entries<'a>(doc: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    doc.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// Each once, however it was typed.
#[derive(Default)]
struct Offered(Vec<String>);

impl Offered {
    fn add(&mut self, value: Option<&Value>) {
        let text = value.map(to_text).unwrap_or_default();
        let key = search::key(&text);
        if !key.is_empty() && !self.0.iter().any(|known| search::key(known) == key) {
            self.0.push(text);
        }
    }

    fn person(&mut self, value: Option<&Value>) {
        self.add(value.and_then(|person| person.get("ho_ten")));
    }
}
