//! Texts that every reader of XML and CSV takes: composed letters, no forbidden characters, no more than fits.

/// Says that the rest of a text is in the notebook's own file.
pub(crate) const CUT: &str = "… (xem JSON)";

/// The text in composed letters (Vietnamese ones; see [`composed`]), with `\n` as the only end of a line and without
/// control characters. Tabs, zero-width characters and directions of writing stay.
pub(crate) fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    cleaned.push('\n');
                }
            }
            '\n' | '\t' => cleaned.push(char),
            // XML has no way to write these, not even as references.
            '\u{FFFE}' | '\u{FFFF}' => {}
            _ if char.is_control() => {}
            _ => push_composed(&mut cleaned, char),
        }
    }
    cleaned
}

/// The text, cut where it has more than `units_max` units of UTF-16 (how offices count), with a mark that says so.
pub(crate) fn cut(text: String, units_max: usize) -> String {
    if text.len() <= units_max || text.encode_utf16().count() <= units_max {
        return text;
    }
    let room = units_max.saturating_sub(CUT.encode_utf16().count());
    let mut units = 0;
    let end = text.char_indices().find(|(_, char)| {
        units += char.len_utf16();
        units > room
    });
    let mut kept = text;
    kept.truncate(end.map_or(0, |(at, _)| at));
    kept.push_str(CUT);
    kept
}

/// A text on one line: for names, titles and labels.
pub(crate) fn line(text: &str) -> String {
    let cleaned = clean(text);
    cleaned.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The vowels with their tones: none, huyền, sắc, ngã, hỏi, nặng. A capital row follows its small one.
const VOWELS: [[char; 6]; 24] = [
    ['a', 'à', 'á', 'ã', 'ả', 'ạ'],
    ['A', 'À', 'Á', 'Ã', 'Ả', 'Ạ'],
    ['ă', 'ằ', 'ắ', 'ẵ', 'ẳ', 'ặ'],
    ['Ă', 'Ằ', 'Ắ', 'Ẵ', 'Ẳ', 'Ặ'],
    ['â', 'ầ', 'ấ', 'ẫ', 'ẩ', 'ậ'],
    ['Â', 'Ầ', 'Ấ', 'Ẫ', 'Ẩ', 'Ậ'],
    ['e', 'è', 'é', 'ẽ', 'ẻ', 'ẹ'],
    ['E', 'È', 'É', 'Ẽ', 'Ẻ', 'Ẹ'],
    ['ê', 'ề', 'ế', 'ễ', 'ể', 'ệ'],
    ['Ê', 'Ề', 'Ế', 'Ễ', 'Ể', 'Ệ'],
    ['i', 'ì', 'í', 'ĩ', 'ỉ', 'ị'],
    ['I', 'Ì', 'Í', 'Ĩ', 'Ỉ', 'Ị'],
    ['o', 'ò', 'ó', 'õ', 'ỏ', 'ọ'],
    ['O', 'Ò', 'Ó', 'Õ', 'Ỏ', 'Ọ'],
    ['ô', 'ồ', 'ố', 'ỗ', 'ổ', 'ộ'],
    ['Ô', 'Ồ', 'Ố', 'Ỗ', 'Ổ', 'Ộ'],
    ['ơ', 'ờ', 'ớ', 'ỡ', 'ở', 'ợ'],
    ['Ơ', 'Ờ', 'Ớ', 'Ỡ', 'Ở', 'Ợ'],
    ['u', 'ù', 'ú', 'ũ', 'ủ', 'ụ'],
    ['U', 'Ù', 'Ú', 'Ũ', 'Ủ', 'Ụ'],
    ['ư', 'ừ', 'ứ', 'ữ', 'ử', 'ự'],
    ['Ư', 'Ừ', 'Ứ', 'Ữ', 'Ử', 'Ự'],
    ['y', 'ỳ', 'ý', 'ỹ', 'ỷ', 'ỵ'],
    ['Y', 'Ỳ', 'Ý', 'Ỹ', 'Ỷ', 'Ỵ'],
];
const NO_TONE: usize = 0;
const DOT_BELOW: usize = 5;

fn push_composed(text: &mut String, mark: char) {
    let is_mark = ('\u{300}'..'\u{370}').contains(&mark);
    match text.chars().next_back().filter(|_| is_mark) {
        Some(last) => match composed(last, mark) {
            Some(letter) => {
                text.pop();
                text.push(letter);
            }
            None => text.push(mark),
        },
        None => text.push(mark),
    }
}

/// The one letter that a Vietnamese vowel and a mark make, as Unicode's NFC says. The whole of NFC would be 30 KB of
/// tables; names of other languages come from keyboards that compose.
fn composed(letter: char, mark: char) -> Option<char> {
    let (row, tone) = VOWELS
        .iter()
        .enumerate()
        .find_map(|(row, tones)| tones.iter().position(|&c| c == letter).map(|at| (row, at)))?;
    let shaped = |row: usize| VOWELS.get(row).and_then(|tones| tones.get(tone)).copied();
    let toned = |at: usize| VOWELS.get(row).and_then(|tones| tones.get(at)).copied();
    // Marks above keep the order in which they were typed; a dot below and a horn do not count among them.
    let is_open = tone == NO_TONE || tone == DOT_BELOW;
    match (mark, row) {
        ('\u{300}' | '\u{340}', _) if tone == NO_TONE => toned(1),
        ('\u{301}' | '\u{341}', _) if tone == NO_TONE => toned(2),
        ('\u{303}', _) if tone == NO_TONE => toned(3),
        ('\u{309}', _) if tone == NO_TONE => toned(4),
        ('\u{323}', _) if tone == NO_TONE => toned(DOT_BELOW),
        ('\u{302}', 0 | 1) if is_open => shaped(row + 4),
        ('\u{302}', 6 | 7 | 12 | 13) if is_open => shaped(row + 2),
        ('\u{306}', 0 | 1) if is_open => shaped(row + 2),
        ('\u{31B}', 12 | 13) => shaped(row + 4),
        ('\u{31B}', 18 | 19) => shaped(row + 2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decomposed_letters_are_composed() {
        for (typed, letter) in [
            ("e\u{323}\u{302}", "ệ"),
            ("e\u{302}\u{323}", "ệ"),
            ("u\u{31B}\u{303}", "ữ"),
            ("u\u{303}\u{31B}", "ữ"),
            ("A\u{323}\u{302}", "Ậ"),
            ("a\u{306}\u{301}", "ắ"),
            ("O\u{31B}\u{309}", "Ở"),
            ("y\u{309}", "ỷ"),
            ("đ", "đ"),
        ] {
            assert_eq!(clean(typed), letter, "{typed}");
        }
    }

    #[test]
    fn marks_that_make_no_vietnamese_letter_stay() {
        for text in ["a\u{301}\u{302}", "n\u{303}", "\u{301}", "x\u{323}"] {
            let kept = clean(text);
            assert!(
                kept.chars().any(|c| ('\u{300}'..'\u{370}').contains(&c)),
                "{kept}"
            );
        }
    }

    #[test]
    fn what_xml_cannot_write_is_dropped_and_the_rest_stays() {
        assert_eq!(clean("a\0b\u{8}\u{1b}c\u{FFFE}\u{7f}\u{9f}"), "abc");
        assert_eq!(clean("a\r\nb\rc\nd\te"), "a\nb\nc\nd\te");
        let marked = "\u{202E}a\u{200B}\u{200D}\u{FEFF}\u{2066}";
        assert_eq!(clean(marked), marked);
    }

    #[test]
    fn a_long_text_ends_in_a_mark_and_fits() {
        let long = cut("Ộ".repeat(40_000), 32_767);
        assert_eq!(long.encode_utf16().count(), 32_767);
        assert!(long.ends_with("Ộ… (xem JSON)"));
        let pairs = cut("😀".repeat(20_000), 32_767);
        assert!(pairs.encode_utf16().count() <= 32_767 && pairs.ends_with(CUT));
        assert_eq!(cut("vừa".repeat(10), 30), "vừa".repeat(10));
    }
}
