//! How much room a text takes, roughly: widths of Times New Roman by kinds of letters.
//! For heights of rows and lengths of lines; the office that opens the file sets the text anew.

/// Left and right of a cell's text, in millimetres.
pub(crate) const CELL_MARGINS: f64 = 2.0;
/// Millimetres in a point.
const POINT: f64 = 0.3528;

/// How much narrower letters are that are not bold.
pub(crate) const REGULAR: f64 = 0.88;

/// A character's width in ems. Vietnamese letters are as wide as their base letters; those of bold ones, since
/// heads are bold and too much room is better than too little.
fn width(char: char) -> f64 {
    match char {
        'i' | 'j' | 'l' | 't' | 'f' | 'I' | '.' | ',' | ';' | ':' | '\'' | '|' | '!' | ' '
        | '/' | 'í' | 'ì' | 'ỉ' | 'ĩ' | 'ị' => 0.3,
        '(' | ')' | '[' | ']' | '-' => 0.34,
        'm' | 'w' | 'W' | 'M' | '%' | '…' => 0.9,
        '0'..='9' => 0.5,
        '\u{300}'..='\u{36F}' | '\u{200B}'..='\u{200F}' => 0.0,
        _ if char.is_uppercase() => 0.74,
        _ => 0.56,
    }
}

/// The width of a text on one line, in millimetres.
pub(crate) fn length(text: &str, points: f64) -> f64 {
    text.chars().map(width).sum::<f64>() * points * POINT
}

/// The room that the longest word needs, in millimetres: its width, and what offices keep for the cell's lines.
pub(crate) fn longest_word(text: &str, points: f64) -> f64 {
    let lengths = text.split_whitespace().map(|word| length(word, points));
    lengths.fold(0.0, f64::max) + 0.4
}

/// On how many lines a text stands when it has so much room.
pub(crate) fn lines(text: &str, points: f64, room: f64) -> usize {
    let room = room.max(1.0);
    let space = length(" ", points);
    let mut count = 0;
    for line in text.split('\n') {
        count += 1;
        let mut used = 0.0;
        for word in line.split_whitespace() {
            let mut word = length(word, points);
            if used > 0.0 && used + space + word > room {
                count += 1;
                used = 0.0;
            }
            while word > room {
                count += 1;
                word -= room;
            }
            used += word + if used > 0.0 { space } else { 0.0 };
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_go_to_the_next_line_whole() {
        assert_eq!(lines("Thường xuyên", 11.0, 100.0), 1);
        assert_eq!(lines("Thường xuyên", 11.0, 16.0), 2);
        assert_eq!(lines("một\nhai\n\nba", 11.0, 100.0), 4);
        assert_eq!(lines("", 11.0, 100.0), 1);
    }

    #[test]
    fn a_word_longer_than_the_room_is_broken() {
        assert!(lines(&"a".repeat(100), 11.0, 20.0) > 8);
        assert!(lines("abc", 11.0, 0.0) < 10);
    }
}
