//! `view!` with the syntax of Leptos, and another output: the markup that never changes becomes one static HTML text, cloned
//! by the browser, and only the places that change become code. What the macro writes is read by `src/markup.rs` of the app.
//!
//! Why not Leptos's own macro: it makes a type of each element and attribute, and each type brings its own copy of the
//! rendering code into the first visit (`docs/decisions/0007-markup-as-templates.md`).

mod template;

use proc_macro::TokenStream;
use quote::{ToTokens as _, quote};
use rstml::{Parser, ParserConfig, node::Node};

use template::Template;

/// Markup as a view: one element, or several beside each other.
///
/// ```text
/// view! { <p class="hint" role="status">{text}</p> }
/// ```
/// Attributes with a literal are static; `name=expression`, `prop:name=…`, `class:name=…`, `style:name=…`, `on:event=…` and
/// `{expression}` are places. A closure as a value follows its signals.
#[proc_macro]
pub fn view(tokens: TokenStream) -> TokenStream {
    let void = Template::VOID.iter().copied().collect();
    let config = ParserConfig::new().always_self_closed_elements(void);
    let (nodes, errors) = Parser::new(config).parse_recoverable(tokens).split_vec();
    let errors = errors.into_iter().map(|error| error.emit_as_expr_tokens());
    let mut views: Vec<_> = nodes.iter().map(root).collect();
    let view = match (views.pop(), views.is_empty()) {
        (Some(view), true) => view,
        (Some(last), false) => quote! { crate::markup::several(vec![#(#views,)* #last]) },
        (None, _) => quote! { crate::markup::several(Vec::new()) },
    };
    quote! { { #(#errors;)* #view } }.into()
}

/// A node that stands by itself.
fn root(node: &Node) -> proc_macro2::TokenStream {
    match node {
        Node::Element(element) => Template::of(element).into_token_stream(),
        Node::Block(block) => {
            let piece = template::bare(block);
            quote! { crate::markup::Piece::piece(#piece) }
        }
        Node::Text(text) => {
            let text = &text.value;
            quote! { crate::markup::Piece::piece(#text) }
        }
        Node::Comment(_)
        | Node::Doctype(_)
        | Node::Fragment(_)
        | Node::RawText(_)
        | Node::Custom(_) => {
            template::refused(node, "view! takes elements, \"texts\" and {expressions}")
        }
    }
}
