//! Symbols of the sprite in `index.html`. Decoration: the words stand beside them.

use crate::markup::view;
use leptos::prelude::*;

pub(crate) fn icon(name: &str) -> AnyView {
    view! { <svg class="icon" aria-hidden="true"><use href=format!("#{name}")></use></svg> }
}

pub(crate) fn small_icon(name: &str) -> AnyView {
    view! { <svg class="icon small" aria-hidden="true"><use href=format!("#{name}")></use></svg> }
}
