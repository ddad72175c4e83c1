//! Text of others as it may be kept as a name, or shown in a terminal.

/// One line of at most so many letters, without what no eye sees: what a terminal would obey, or what turns the direction of
/// reading.
pub(crate) fn plain(text: &str, most: usize) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let seen = text.chars().filter(|c| !c.is_control() && !turns(*c));
    let text: String = seen.take(most).collect();
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_no_eye_sees_goes() {
        assert_eq!(plain(" \u{1b}[2JHồng\u{202e}\u{0}\n Hà ", 40), "[2JHồng Hà");
        assert_eq!(plain("Đặng", 2), "Đặ");
    }
}
