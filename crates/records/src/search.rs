//! Finding what was typed, however it was typed: case, tones, đ, the place of the tone mark (hoà, hòa) and
//! composed or decomposed letters make no difference. What is stored is never changed by this.

/// A text as it is compared: lower case, without marks, đ as d, runs of space as one.
#[must_use]
pub fn key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    let mut space = true;
    for c in text.chars() {
        if c.is_whitespace() || c == '\u{200b}' {
            if !space {
                key.push(' ');
            }
            space = true;
            continue;
        }
        if let Some(base) = base(c) {
            key.push(base);
            space = false;
        } else if !is_mark(c) {
            key.extend(c.to_lowercase());
            space = false;
        }
    }
    if key.ends_with(' ') {
        key.pop();
    }
    key
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// The letter below the marks of a Vietnamese letter. A table and not Unicode's: the decomposition data
/// would cost more bytes than the rest of this crate.
fn base(c: char) -> Option<char> {
    Some(match c {
        'a'..='z' | '0'..='9' => c,
        'A'..='Z' => c.to_ascii_lowercase(),
        'à'..='å' | 'À'..='Å' | 'ă' | 'Ă' | 'Ạ'..='ặ' => 'a',
        'è'..='ë' | 'È'..='Ë' | 'Ẹ'..='ệ' => 'e',
        'ì'..='ï' | 'Ì'..='Ï' | 'ĩ' | 'Ĩ' | 'Ỉ'..='ị' => 'i',
        'ò'..='ö' | 'Ò'..='Ö' | 'ơ' | 'Ơ' | 'Ọ'..='ợ' => 'o',
        'ù'..='ü' | 'Ù'..='Ü' | 'ũ' | 'Ũ' | 'ư' | 'Ư' | 'Ụ'..='ự' => 'u',
        'ý' | 'ÿ' | 'Ý' | 'Ỳ'..='ỹ' => 'y',
        // Icelandic eth looks the same and comes out of some keyboards.
        'đ' | 'Đ' | 'ð' | 'Ð' => 'd',
        _ => return None,
    })
}

/// A question: every word of it must be somewhere in a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    words: Vec<String>,
}

impl Query {
    /// Reads what was typed into the search box.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let key = key(text);
        Self {
            words: key
                .split(' ')
                .filter(|w| !w.is_empty())
                .map(ToOwned::to_owned)
                .collect(),
        }
    }

    /// Nothing was asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether a text that went through [`key`] answers the question.
    #[must_use]
    pub fn matches(&self, key: &str) -> bool {
        self.words.iter().all(|word| key.contains(word.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_however_it_is_typed() {
        for text in [
            "Hoà giải",
            "hòa  GIẢI",
            "ho\u{61}\u{300} gia\u{309}i",
            " hoa giai ",
        ] {
            assert_eq!(key(text), "hoa giai", "{text:?}");
        }
        assert_eq!(key("Đường ĐẤT, số 5/2026"), "duong dat, so 5/2026");
        assert_eq!(key("Ðức"), "duc");
        assert_eq!(key("Ủy ban = Uỷ ban"), "uy ban = uy ban");
    }

    #[test]
    fn every_vietnamese_letter_loses_its_marks() {
        let rows = [
            ("aàảãáạăằẳẵắặâầẩẫấậ", 'a'),
            ("eèẻẽéẹêềểễếệ", 'e'),
            ("iìỉĩíị", 'i'),
            ("oòỏõóọôồổỗốộơờởỡớợ", 'o'),
            ("uùủũúụưừửữứự", 'u'),
            ("yỳỷỹýỵ", 'y'),
            ("dđ", 'd'),
        ];
        for (letters, plain) in rows {
            for letter in letters.chars().chain(letters.to_uppercase().chars()) {
                assert_eq!(key(&letter.to_string()), plain.to_string(), "{letter}");
            }
        }
    }

    #[test]
    fn all_words_must_be_there_in_any_order() {
        let key = key("Bà Trần Thị B, thôn 5: mương thoát nước bị lấp");
        assert!(Query::new("nuoc  mương").matches(&key));
        assert!(Query::new("").matches(&key));
        assert!(!Query::new("nuoc dat").matches(&key));
    }
}
