//! A record on its way: what was written when it was made, and what others wrote into it later.
//! Nothing is decided here about what a sample says; `book` makes the changes.

use std::collections::BTreeMap;

use records::{
    change::RecWrites,
    date::{self, Day, VN_OFFSET_MS},
    id::{RecordId, entry_id},
    path, position,
};
use serde_json::{Value, json};

use super::{people::Author, random::Random};

/// One save: by whom, when, and what it writes. What it writes over is found when it is made.
#[derive(Debug, Clone)]
pub(crate) struct Act {
    pub(crate) ms: u64,
    pub(crate) by: Author,
    pub(crate) recs: Vec<RecWrites>,
    /// What somebody else writes who has not seen this save.
    pub(crate) rival: Option<(Author, RecWrites)>,
}

/// The record and its saves; fields go into the last one.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) rec: RecordId,
    form: String,
    version: String,
    made: u64,
    places: BTreeMap<String, String>,
    random: Random,
    acts: Vec<Act>,
}

/// A moment of the working day.
pub(crate) fn moment(day: Day, random: &mut Random) -> u64 {
    let seconds = day * 86_400 + random.between(8 * 3_600, 17 * 3_600);
    u64::try_from(seconds)
        .unwrap_or_default()
        .saturating_mul(1_000)
        .saturating_sub(VN_OFFSET_MS)
}

pub(crate) fn iso(day: Day) -> Value {
    Value::from(date::format(day))
}

/// A document of a made-up office.
pub(crate) fn document(random: &mut Random, kind: &str, day: Day) -> Value {
    json!({"so": format!("{:02}/{kind}-MẪU", random.between(1, 180)), "ngay": date::format(day)})
}

impl Sheet {
    /// A new record, made on a day.
    pub(crate) fn new(
        form: &str,
        version: &str,
        day: Day,
        by: Author,
        random: &mut Random,
    ) -> Self {
        let made = moment(day, random);
        let rec = RecordId::new(made, random.bytes());
        let mut sheet = Self {
            rec,
            form: form.to_owned(),
            version: version.to_owned(),
            made,
            places: BTreeMap::new(),
            random: Random::new(made, &rec.to_string()),
            acts: Vec::new(),
        };
        sheet.open(made, by);
        sheet
    }

    fn open(&mut self, ms: u64, by: Author) {
        let writes = RecWrites::new(self.rec, &self.form, &self.version);
        self.acts.push(Act {
            ms,
            by,
            recs: vec![writes],
            rival: None,
        });
    }

    /// What follows is written on a later day, perhaps by somebody else.
    pub(crate) fn later(&mut self, day: Day, by: Author) -> &mut Self {
        let ms = moment(day, &mut self.random).max(self.made + 600_000);
        self.open(ms, by);
        self
    }

    pub(crate) fn put(&mut self, path: &str, value: impl Into<Value>) -> &mut Self {
        let last = self.acts.last_mut().and_then(|act| act.recs.last_mut());
        if let Some(writes) = last {
            writes.set.insert(path.to_owned(), value.into());
        }
        self
    }

    /// Writes into the save that made the record.
    pub(crate) fn first(&mut self, path: &str, value: impl Into<Value>) {
        let first = self.acts.first_mut().and_then(|act| act.recs.first_mut());
        if let Some(writes) = first {
            writes.set.insert(path.to_owned(), value.into());
        }
    }

    pub(crate) fn is_of(&self, form: &str) -> bool {
        self.form == form
    }

    /// The value that the record was made with.
    pub(crate) fn value(&self, path: &str) -> Option<&Value> {
        let first = self.acts.first()?.recs.first()?;
        first.set.get(path)
    }

    /// Whether this word was written anywhere in it.
    pub(crate) fn says(&self, word: &str) -> bool {
        let recs = self.acts.iter().flat_map(|act| &act.recs);
        let mut values = recs.flat_map(|writes| writes.set.values());
        values.any(|value| value == word)
    }

    pub(crate) fn form(&self) -> &str {
        &self.form
    }

    /// Several fields of the record (`""`) or of an entry.
    pub(crate) fn fill<const N: usize>(
        &mut self,
        prefix: &str,
        fields: [(&str, Value); N],
    ) -> &mut Self {
        for (key, value) in fields {
            self.put(&path::under(prefix, key), value);
        }
        self
    }

    /// Options of a field with many choices.
    pub(crate) fn choose(&mut self, field: &str, options: &[&str]) -> &mut Self {
        for option in options {
            self.put(&format!("{field}#{option}"), true);
        }
        self
    }

    /// A new entry at the end of a group; what it is called in paths.
    pub(crate) fn entry(&mut self, group: &str) -> String {
        let entry = path::under(group, &entry_id(self.random.bytes()));
        let place = position::after(self.places.get(group).map(String::as_str));
        self.put(&path::under(&entry, path::POSITION), place.clone());
        self.places.insert(group.to_owned(), place);
        entry
    }

    /// Declares the record official.
    pub(crate) fn official(&mut self) -> &mut Self {
        self.put(path::OFFICIAL, true)
    }

    /// One field gets two values: by this author and by another who did not know.
    pub(crate) fn dispute(&mut self, day: Day, by: [Author; 2], field: &str, values: [Value; 2]) {
        let [first, second] = values;
        let [one, other] = by;
        let mut rival = RecWrites::new(self.rec, &self.form, &self.version);
        rival.set.insert(field.to_owned(), second);
        self.later(day, one).put(field, first);
        if let Some(act) = self.acts.last_mut() {
            act.rival = Some((other, rival));
        }
    }

    pub(crate) fn into_acts(self) -> Vec<Act> {
        self.acts
    }
}
