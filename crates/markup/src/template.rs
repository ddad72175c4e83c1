//! One element with all that is in it: its static text, the way through it, and the places that change.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use rstml::{
    Infallible,
    node::{KeyedAttribute, Node, NodeAttribute, NodeBlock, NodeElement},
};
use syn::{Expr, Lit, Stmt, spanned::Spanned as _};

/// Elements that a `<p>` cannot hold: the browser would end the paragraph before them, and the way through the template
/// would lead elsewhere.
const NOT_IN_P: [&str; 16] = [
    "p", "div", "ul", "ol", "dl", "table", "section", "form", "h1", "h2", "h3", "details",
    "fieldset", "main", "nav", "pre",
];

#[derive(Default)]
pub(crate) struct Template {
    html: String,
    /// How to come to the places: `>` first child, `+` next sibling, `<` parent, `.` here is the next place.
    walk: String,
    places: Vec<TokenStream>,
    problems: Vec<TokenStream>,
}

/// A compile error at a node.
pub(crate) fn refused(node: &impl ToTokens, say: &str) -> TokenStream {
    let span = node.to_token_stream().span();
    quote_spanned! { span=> compile_error!(#say) }
}

impl Template {
    /// Elements without an end tag.
    pub(crate) const VOID: [&'static str; 7] = ["input", "br", "hr", "img", "wbr", "col", "meta"];

    pub(crate) fn of(element: &NodeElement<Infallible>) -> Self {
        let mut template = Self::default();
        template.element(element);
        // Nothing is to be found after the last place.
        let end = template.walk.rfind('.').map_or(0, |at| at + 1);
        template.walk.truncate(end);
        template
    }

    fn element(&mut self, element: &NodeElement<Infallible>) {
        let name = element.name().to_string();
        self.html.push('<');
        self.html.push_str(&name);
        for attribute in element.attributes() {
            match attribute {
                NodeAttribute::Attribute(attribute) => self.attribute(attribute),
                NodeAttribute::Block(block) => {
                    self.problems
                        .push(refused(block, "view! takes attributes with a name"));
                }
            }
        }
        self.html.push('>');
        if Self::VOID.contains(&name.as_str()) {
            return;
        }
        self.children(&name, &element.children);
        self.html.push_str("</");
        self.html.push_str(&name);
        self.html.push('>');
    }

    fn children(&mut self, parent: &str, children: &[Node]) {
        let mut is_first = true;
        let mut was_text = false;
        for child in children {
            let is_text = matches!(child, Node::Text(_));
            // The browser makes one node of texts beside each other.
            if !(is_text && was_text) {
                self.walk.push(if is_first { '>' } else { '+' });
                is_first = false;
            }
            was_text = is_text;
            match child {
                Node::Element(element) => {
                    let name = element.name().to_string();
                    if parent == "p" && NOT_IN_P.contains(&name.as_str()) {
                        self.problems.push(refused(
                            element,
                            "a <p> cannot hold this element: the browser would end it before",
                        ));
                    }
                    self.element(element);
                }
                Node::Text(text) => escape(&mut self.html, &text.value_string()),
                Node::Block(block) => {
                    let child = bare(block);
                    self.html.push_str("<!>");
                    self.place(quote! { put_child(#child) });
                }
                Node::Comment(_)
                | Node::Doctype(_)
                | Node::Fragment(_)
                | Node::RawText(_)
                | Node::Custom(_) => self.problems.push(refused(
                    child,
                    "view! takes elements, \"texts\" and {expressions}",
                )),
            }
        }
        if !is_first {
            self.walk.push('<');
        }
    }

    fn place(&mut self, place: TokenStream) {
        self.walk.push('.');
        self.places.push(place);
    }

    fn attribute(&mut self, attribute: &KeyedAttribute) {
        let name = attribute.key.to_string().replace(' ', "");
        let Some(value) = attribute.value() else {
            self.fixed(&name, "");
            return;
        };
        match name.split_once(':') {
            Some(("on", event)) => self.place(quote! { listen(#event, #value) }),
            Some(("prop", property)) => self.place(quote! { put_prop(#property, #value) }),
            Some(("class", class)) => self.place(quote! { put_class(#class, #value) }),
            Some(("style", property)) => self.place(quote! { put_style(#property, #value) }),
            Some(_) => self.problems.push(refused(
                &attribute.key,
                "view! knows on:, prop:, class: and style:",
            )),
            None => match literal(value) {
                Some(Lit::Str(text)) => self.fixed(&name, &text.value()),
                Some(Lit::Int(number)) => self.fixed(&name, number.base10_digits()),
                Some(Lit::Bool(yes)) => {
                    if yes.value {
                        self.fixed(&name, "");
                    }
                }
                Some(_) | None => self.place(quote! { put_attr(#name, #value) }),
            },
        }
    }

    fn fixed(&mut self, name: &str, value: &str) {
        self.html.push(' ');
        self.html.push_str(name);
        if !value.is_empty() {
            self.html.push_str("=\"");
            escape(&mut self.html, value);
            self.html.push('"');
        }
    }
}

/// An expression without the braces that it needs between tags only.
pub(crate) fn bare(block: &NodeBlock) -> TokenStream {
    match block {
        NodeBlock::ValidBlock(block) => match block.stmts.as_slice() {
            [Stmt::Expr(expression, None)] => expression.to_token_stream(),
            _ => block.to_token_stream(),
        },
        NodeBlock::Invalid(_) => block.to_token_stream(),
    }
}

fn literal(value: &Expr) -> Option<&Lit> {
    if let Expr::Lit(literal) = value {
        Some(&literal.lit)
    } else {
        None
    }
}

fn escape(html: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            other => html.push(other),
        }
    }
}

impl ToTokens for Template {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self {
            html,
            walk,
            places,
            problems,
        } = self;
        tokens.extend(quote! {
            {
                #(#problems;)*
                #[allow(unused_mut, reason = "markup without places is never changed")]
                let mut markup = crate::markup::Markup::new(#html, #walk);
                #(markup.#places;)*
                markup.view()
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;
    use rstml::{Parser, ParserConfig};

    use super::*;

    fn check(tokens: TokenStream, html: &str, walk: &str) {
        let config =
            ParserConfig::new().always_self_closed_elements(Template::VOID.into_iter().collect());
        let nodes = Parser::new(config).parse_simple(tokens).unwrap();
        let Some(Node::Element(element)) = nodes.first() else {
            panic!("not an element");
        };
        let template = Template::of(element);
        assert_eq!(
            (template.html.as_str(), template.walk.as_str()),
            (html, walk)
        );
        assert_eq!(template.places.len(), template.walk.matches('.').count());
        assert!(template.problems.is_empty());
    }

    #[test]
    fn what_never_changes_is_text_and_what_changes_is_a_place() {
        check(
            quote! { <p class="a">"x < y"</p> },
            "<p class=\"a\">x &lt; y</p>",
            "",
        );
        check(
            quote! { <p role=r><b>"t"</b>{x}" u"</p> },
            "<p><b>t</b><!> u</p>",
            ".>><+.",
        );
    }

    #[test]
    fn places_deep_inside_are_found_again() {
        check(
            quote! { <a><b>{x}</b><i><u on:click=f /></i>{y}</a> },
            "<a><b><!></b><i><u></u></i><!></a>",
            ">>.<+>.<+.",
        );
    }

    #[test]
    fn literals_are_no_places() {
        check(
            quote! { <input type="text" novalidate=true disabled=false rows=3 list=l /> },
            "<input type=\"text\" novalidate rows=\"3\">",
            ".",
        );
    }

    #[test]
    fn a_paragraph_that_the_browser_would_end_is_refused() {
        let nodes = rstml::parse2(quote! { <p><ul></ul></p> }).unwrap();
        let Some(Node::Element(element)) = nodes.first() else {
            panic!("not an element");
        };
        assert_eq!(Template::of(element).problems.len(), 1);
    }
}
