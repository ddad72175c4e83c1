//! What may stand between tags: texts, views, lists, nothing, and closures that give one of these.

use leptos::prelude::*;
use send_wrapper::SendWrapper;

/// Views beside each other.
#[inline(never)]
pub(crate) fn several(views: Vec<AnyView>) -> AnyView {
    views.into_any()
}

/// A text. In one place, like all that many pages call: inlined, it would be in the app a hundred times.
#[inline(never)]
fn text(text: String) -> AnyView {
    text.into_any()
}

#[inline(never)]
fn static_text(text: &str) -> AnyView {
    self::text(text.to_owned())
}

#[inline(never)]
fn nothing() -> AnyView {
    ().into_any()
}

#[inline(never)]
fn live(piece: Box<dyn FnMut() -> AnyView>) -> AnyView {
    let mut piece = SendWrapper::new(piece);
    let piece: Box<dyn FnMut() -> AnyView + Send> = Box::new(move || {
        let piece = &mut *piece;
        piece()
    });
    piece.into_any()
}

/// What may stand between tags.
pub(crate) trait Piece {
    fn piece(self) -> AnyView;
}

impl Piece for AnyView {
    fn piece(self) -> AnyView {
        self
    }
}

impl Piece for String {
    fn piece(self) -> AnyView {
        text(self)
    }
}

impl Piece for &str {
    fn piece(self) -> AnyView {
        static_text(self)
    }
}

impl Piece for usize {
    fn piece(self) -> AnyView {
        text(self.to_string())
    }
}

impl<T: Piece> Piece for Option<T> {
    fn piece(self) -> AnyView {
        self.map_or_else(nothing, Piece::piece)
    }
}

impl<T: Piece> Piece for Vec<T> {
    fn piece(self) -> AnyView {
        several(self.into_iter().map(Piece::piece).collect())
    }
}

impl<T: Piece, const N: usize> Piece for [T; N] {
    fn piece(self) -> AnyView {
        several(self.into_iter().map(Piece::piece).collect())
    }
}

impl<T: Piece, F: FnMut() -> T + 'static> Piece for F {
    fn piece(mut self) -> AnyView {
        live(Box::new(move || self().piece()))
    }
}
