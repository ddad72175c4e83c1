//! What the fields of an open form share: the draft behind them and what depends on it.

use leptos::prelude::*;
use records::{
    draft::Draft,
    expr::Scope,
    form::{Field, Form},
    table::Table,
    validate::{self, Problem},
};
use serde_json::Value;

use crate::state::Book;

/// The handle that every field of a form holds.
#[derive(Clone, Copy)]
pub(crate) struct Writer {
    pub(crate) book: Book,
    pub(crate) form: &'static Form,
    draft: StoredValue<Draft>,
    /// The draft as it was when the form opened.
    begun: StoredValue<Draft>,
    /// The record on the screen, as conditions read it.
    pub(crate) doc: Memo<Value>,
    edits: RwSignal<u64>,
    /// What is wrong, once the person asked to save.
    pub(crate) problems: RwSignal<Vec<Problem>>,
    /// Earlier values by field key.
    pub(crate) earlier: StoredValue<Table<String, Vec<String>>>,
    on_edit: Callback<()>,
    /// What the browser knows and this does not: the time, and names for entries.
    ambient: Ambient,
}

/// The browser's time and random names.
#[derive(Clone, Copy)]
pub(crate) struct Ambient {
    pub(crate) now_ms: fn() -> u64,
    pub(crate) entry_id: fn() -> String,
}

impl Writer {
    pub(crate) fn new(
        book: Book,
        form: &'static Form,
        draft: Draft,
        on_edit: Callback<()>,
        ambient: Ambient,
    ) -> Self {
        let begun = StoredValue::new(draft.clone());
        let draft = StoredValue::new(draft);
        let edits = RwSignal::new(0_u64);
        let doc = Memo::new(move |_| {
            edits.track();
            draft.with_value(|draft| draft.to_doc(form))
        });
        Self {
            book,
            form,
            draft,
            begun,
            doc,
            edits,
            problems: RwSignal::new(Vec::new()),
            earlier: StoredValue::new(Table::new()),
            on_edit,
            ambient,
        }
    }

    /// The draft as it is now.
    pub(crate) fn draft(&self) -> Draft {
        self.draft.get_value()
    }

    /// Whether the draft is as the form opened it.
    pub(crate) fn is_as_begun(&self) -> bool {
        self.draft().is_as(&self.begun.get_value())
    }

    /// The draft, while the form is open.
    pub(crate) fn try_draft(&self) -> Option<Draft> {
        self.draft.try_get_value()
    }

    /// What is on the screen at a path.
    pub(crate) fn value(&self, path: &str) -> Value {
        self.draft.with_value(|draft| draft.value(path).clone())
    }

    /// The person changed a value.
    pub(crate) fn put(&self, path: &str, value: Value) {
        self.change(|draft| draft.put(path, value));
    }

    /// The person changed something.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Draft)) {
        self.draft.update_value(change);
        self.edits.update(|edits| *edits += 1);
        self.on_edit.run(());
    }

    /// Adds an entry to a group.
    pub(crate) fn add_entry(&self, group: &'static Field, place: &str) {
        let around = self.book.surroundings((self.ambient.now_ms)());
        let mut names = self.ambient.entry_id;
        self.change(|draft| drop(draft.add_entry(group, place, &around, &mut names)));
    }

    /// The entries of a group, in order.
    pub(crate) fn entries(&self, place: &str) -> Vec<String> {
        self.edits.track();
        self.draft.with_value(|draft| draft.entries(place))
    }

    /// Whether a field is to be seen, followed as the record changes.
    pub(crate) fn is_shown(&self, field: &'static Field, prefix: String) -> Memo<bool> {
        let writer = *self;
        Memo::new(move |_| {
            field.show_if.is_none()
                || writer.in_scope(&prefix, |scope| validate::is_shown(field, scope))
        })
    }

    /// Whether a field must be filled.
    pub(crate) fn is_required(&self, field: &'static Field, prefix: String) -> Memo<bool> {
        let writer = *self;
        Memo::new(move |_| writer.in_scope(&prefix, |scope| validate::is_required(field, scope)))
    }

    /// Evaluates something where a field stands: its entry first, then what the entry lies in, then the record.
    pub(crate) fn in_scope<T>(&self, prefix: &str, look: impl FnOnce(&Scope<'_>) -> T) -> T {
        let doc = self.doc.read();
        let mut entries = Vec::new();
        let mut owner: &Value = &doc;
        let mut parts = prefix.split('/').filter(|part| !part.is_empty());
        while let (Some(group), Some(id)) = (parts.next(), parts.next()) {
            let list = owner.get(group).and_then(Value::as_array);
            let found = list
                .into_iter()
                .flatten()
                .find(|entry| entry.get("@id").is_some_and(|i| i == id));
            let Some(found) = found else { break };
            entries.insert(0, found);
            owner = found;
        }
        look(&Scope {
            doc: &doc,
            entries: &entries,
            form: Some(self.form),
            row: 0,
        })
    }
}
