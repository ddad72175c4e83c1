//! The words after the command's name. Nothing here knows what any command does.

use anyhow::{Context as _, Result, bail};

/// The words still to be read, in order; a lone `--` is skipped, so that
/// `cargo xtask run -- --listen …` and `cargo xtask run --listen …` mean the same.
#[derive(Debug)]
pub(crate) struct Arguments {
    words: std::vec::IntoIter<String>,
}

impl Arguments {
    pub(crate) fn new(words: impl Iterator<Item = String>) -> Self {
        let words: Vec<String> = words.filter(|word| word != "--").collect();
        Self {
            words: words.into_iter(),
        }
    }

    pub(crate) fn next_word(&mut self) -> Option<String> {
        self.words.next()
    }

    /// The value that must follow `option`.
    pub(crate) fn value_of(&mut self, option: &str) -> Result<String> {
        self.words
            .next()
            .filter(|value| !value.starts_with("--"))
            .with_context(|| format!("{option} needs a value after it"))
    }

    pub(crate) fn expect_end(&mut self) -> Result<()> {
        match self.words.next() {
            None => Ok(()),
            Some(word) => bail!("`{word}` is not understood here; this command takes no arguments"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(words: &[&str]) -> Arguments {
        Arguments::new(words.iter().map(|&word| word.to_owned()))
    }

    #[test]
    fn a_lone_double_dash_is_skipped() {
        let mut words = arguments(&["--", "--listen", "127.0.0.1:1"]);
        assert_eq!(words.next_word().as_deref(), Some("--listen"));
        assert_eq!(words.value_of("--listen").unwrap(), "127.0.0.1:1");
        words.expect_end().unwrap();
    }

    #[test]
    fn an_option_without_its_value_is_an_error() {
        assert!(arguments(&[]).value_of("--data").is_err());
        assert!(arguments(&["--no-build"]).value_of("--data").is_err());
    }
}
