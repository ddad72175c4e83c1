//! The first opening: the notebook works at once, without an account.

use crate::markup::view;
use leptos::prelude::*;

use crate::{
    browser::prefs,
    pages::frame::{bare, head},
    words,
    work::{Work, settings},
};

pub(crate) fn page(work: Work) -> AnyView {
    head(words::APP, None);
    bare();
    let (name, position, unit) = (
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
    );
    let failure = RwSignal::new(String::new());
    let begin = move |_| {
        wasm_bindgen_futures::spawn_local(async move {
            let done = settings::change(work, |profile| {
                profile.name = name.get_untracked().trim().to_owned();
                profile.position = position.get_untracked().trim().to_owned();
                profile.unit = unit.get_untracked().trim().to_owned();
                profile.is_welcomed = true;
            })
            .await;
            // Welcomed, the person is where the address leads.
            if let Err(error) = done {
                failure.set(words::store_error(&error));
            }
        });
    };
    let input = move |label: &'static str,
                      id: &'static str,
                      value: RwSignal<String>,
                      hint: &'static str| {
        view! {
            <label class="field">
                <span class="field-label">{label}</span>
                <input name=id autocomplete="off" placeholder=hint on:input=move |ev| value.set(event_target_value(&ev)) />
            </label>
        }
    };
    let had = prefs::remembered(&work.tools().name);
    let lost = (!had.is_empty()).then(|| {
        view! { <div class="banner bad" role="alert" id="lost">{format!("Máy này từng có {had} phiếu, nay sổ trống: trình duyệt đã xóa dữ liệu của sổ tay. Mở lại đường dẫn kết nối của xã để nhận lại từ máy chủ, hoặc vào Đồng bộ và mở tệp sao lưu.")}</div> }
    });
    view! {
        <main class="page">
            {lost}
            <p>"Sổ ghi việc dân vận của xã: tiếp công dân, đối thoại, giám sát, phản biện, hoạt động và chương trình. Mở được khi không có mạng; mọi thứ ghi xong nằm trên máy này."</p>
            <p class="hint">"Họ tên để ghi ai đã ghi phiếu. Có thể để trống và ghi sau trong Cài đặt."</p>
            {input("Họ và tên của đồng chí", "me-name", name, "")}
            {input("Chức vụ", "me-position", position, "Ví dụ: Công chức văn phòng")}
            {input("Đơn vị", "me-unit", unit, "Ví dụ: Xã Tam Nông")}
            {move || (!failure.read().is_empty()).then(|| view! { <div class="banner bad" role="alert">{failure.get()}</div> })}
            <button class="button primary" id="use-here" on:click=begin>"Dùng trên máy này"</button>
            <p class="hint">"Đã có đường dẫn kết nối của xã? Mở đường dẫn đó trên máy này lúc nào cũng được; dữ liệu đã ghi vẫn giữ nguyên."</p>
        </main>
    }
}
