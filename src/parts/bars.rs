//! A chart of bars that is a table: whoever cannot see the bars hears the numbers.

use crate::markup::view;
use leptos::prelude::*;

use crate::words;

/// Bars beside each other, each with its name and its number. Nothing when there is nothing to show.
pub(crate) fn bars(title: &str, rows: &[(String, usize)]) -> Option<AnyView> {
    let most = rows
        .iter()
        .map(|(_, count)| *count)
        .max()
        .filter(|most| *most > 0)?;
    let one = |(name, count): &(String, usize)| {
        let width = format!("{}%", count * 100 / most);
        view! {
            <tr>
                <th scope="row">{name.clone()}</th>
                <td><div class="bar-track"><i class="bar" style:width=width></i><span>{words::count(*count)}</span></div></td>
            </tr>
        }
    };
    let rows: Vec<AnyView> = rows.iter().map(one).collect();
    Some(view! {
        <table class="bars">
            <caption>{title.to_owned()}</caption>
            <tbody>{rows}</tbody>
        </table>
    })
}
