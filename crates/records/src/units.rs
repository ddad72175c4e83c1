//! Provinces and communes, found as they are typed. What a record says of its place stays as written: the list only helps.

use crate::{
    json::{Object, Read, ReadError},
    order,
    search::{self, Query},
};

/// The units of one day, with where the list comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Units {
    /// Who made the list, from which acts.
    pub source: String,
    /// Under which licence.
    pub licence: String,
    /// ISO date of the list.
    pub date: String,
    /// All communes.
    pub communes: Vec<Commune>,
}

/// A commune, with its province.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commune {
    /// Five digits; text, since zeros lead.
    pub code: String,
    /// Kind and name: `Xã Văn Lang`.
    pub name: String,
    /// Kind and name of the province.
    pub province: String,
    /// Name and province as [`search::key`] makes them.
    key: String,
}

const BUILT_IN: &str = include_str!(concat!(env!("OUT_DIR"), "/units.json"));

/// The list this release came with.
///
/// # Errors
/// When the file does not have its shape (a test reads it, so a release has none).
pub fn builtin() -> Result<Units, ReadError> {
    Units::read(BUILT_IN)
}

impl Read for Units {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let units = Object::read(raw)?;
        let provinces: serde_json::Value = units.value_or_null("provinces")?;
        let mut communes = Vec::new();
        let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
        let text = |value: &serde_json::Value, at: usize| {
            let part = value.get(at).and_then(serde_json::Value::as_str);
            part.unwrap_or_default().to_owned()
        };
        for province in list(&provinces) {
            let province_name = text(&province, 1);
            for commune in province.get(2).map(list).unwrap_or_default() {
                let name = text(&commune, 1);
                communes.push(Commune {
                    code: text(&commune, 0),
                    key: search::key(&format!("{name} {province_name}")),
                    province: province_name.clone(),
                    name,
                });
            }
        }
        Ok(Self {
            source: units.text("source")?,
            licence: units.text("licence")?,
            date: units.text("date")?,
            communes,
        })
    }
}

impl Commune {
    /// `Xã Văn Lang, Tỉnh Thái Nguyên`.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}, {}", self.name, self.province)
    }
}

impl Units {
    /// The communes that answer a question, best first, at most `most`. Names that only differ in their marks are all
    /// there; those typed with their marks come first.
    #[must_use]
    pub fn find(&self, text: &str, most: usize) -> Vec<&Commune> {
        let query = Query::new(text);
        if query.is_empty() {
            return Vec::new();
        }
        let (typed, key) = (text.trim().to_lowercase(), search::key(text));
        let rank = |commune: &Commune| {
            let name = commune.name.to_lowercase();
            let own = search::key(&commune.name);
            let bare = own.split_once(' ').map_or("", |(_, bare)| bare);
            let is_begun = own.starts_with(&key) || bare.starts_with(&key);
            (!name.contains(&typed), !is_begun, own.len())
        };
        let mut found: Vec<&Commune> = self
            .communes
            .iter()
            .filter(|commune| query.matches(&commune.key))
            .collect();
        order::sort(&mut found, &mut |a, b| {
            (rank(a), &a.code) < (rank(b), &b.code)
        });
        found.truncate(most);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units() -> Units {
        builtin().unwrap()
    }

    #[test]
    fn all_communes_of_the_country_are_there_once_with_codes_of_five_digits() {
        let units = units();
        assert_eq!(units.communes.len(), 3_321);
        let mut codes: Vec<&str> = units
            .communes
            .iter()
            .map(|commune| commune.code.as_str())
            .collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), 3_321);
        assert!(
            codes
                .iter()
                .all(|code| code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit()))
        );
        let mut provinces: Vec<&str> = units
            .communes
            .iter()
            .map(|commune| commune.province.as_str())
            .collect();
        provinces.dedup();
        assert_eq!(provinces.len(), 34);
        let kind = |kind: &str| {
            units
                .communes
                .iter()
                .filter(|commune| commune.name.starts_with(kind))
                .count()
        };
        assert_eq!(
            (kind("Xã "), kind("Phường "), kind("Đặc khu ")),
            (2_611, 697, 13)
        );
        assert!(
            !units.source.is_empty() && units.licence.contains("MIT") && units.date == "2026-07-25"
        );
    }

    #[test]
    fn a_commune_is_found_without_marks_and_the_one_typed_with_marks_comes_first() {
        let units = units();
        let names = |text: &str| -> Vec<String> {
            units
                .find(text, 8)
                .into_iter()
                .map(Commune::full_name)
                .collect()
        };
        assert!(names("ba dinh").contains(&"Phường Ba Đình, Thành phố Hà Nội".to_owned()));
        assert!(
            names("Văn Lang")[0].starts_with("Xã Văn Lang"),
            "{:?}",
            names("Văn Lang")
        );
        assert!(
            names("van lang thai nguyen")
                .iter()
                .all(|name| name.ends_with("Thái Nguyên"))
        );
        assert_eq!(names("  "), [""; 0]);
        assert_eq!(names("khong co xa nay dau"), [""; 0]);
        assert!(units.find("xa", 8).len() == 8);
    }
}
