//! Cài đặt: the person, the endpoint, the look, the app itself.

use crate::markup::view;
use leptos::prelude::*;
use records::account::Action;

use crate::{
    browser::{self, prefs},
    pages::frame::{self, head},
    parts::icon::icon,
    words,
    work::{
        Work, secret, settings,
        whose::{self, Owner},
    },
};

pub(crate) fn page(work: Work) -> AnyView {
    head("Cài đặt", Some("/"));
    view! {
        <main class="page">
            <a class="button" href="#/huong-dan">{icon("book")}"Hướng dẫn"</a>
            <a class="button" href="#/don-vi">{icon("home")}"Thôn, cán bộ, ban chỉ đạo"</a>
            <a class="button" href="#/du-lieu">{icon("person")}"Dữ liệu cá nhân, thông báo cho công dân"</a>
            <a class="button" href="#/ban-giao">{icon("users")}"Bàn giao công việc"</a>
            {person(work)}
            {endpoint(work)}
            <section class="card">
                <h2>"Khóa sổ"</h2>
                <p class="hint">"PIN hoặc cụm mật khẩu; mọi thứ trên máy được niêm phong."</p>
                <a class="button" id="lock-page" href="#/khoa">{icon("lock")}"Khóa, PIN"</a>
            </section>
            {secrets(work)}
            {people(work)}
            {look(work)}
            {about(work)}
            {erase(work)}
        </main>
    }
}

fn person(work: Work) -> AnyView {
    let me = work.book.me.get_untracked();
    let (name, position, unit) = (
        RwSignal::new(me.name),
        RwSignal::new(me.position),
        RwSignal::new(me.unit),
    );
    let keep = move |_| {
        wasm_bindgen_futures::spawn_local(async move {
            let done = settings::change(work, |profile| {
                profile.name = name.get_untracked().trim().to_owned();
                profile.position = position.get_untracked().trim().to_owned();
                profile.unit = unit.get_untracked().trim().to_owned();
            });
            match done.await {
                Ok(()) => work.book.say(words::saved_at(browser::now_ms()), None),
                Err(error) => work.book.say(words::store_error(&error), None),
            }
        });
    };
    let input = |label: &'static str, id: &'static str, value: RwSignal<String>| {
        view! {
            <label class="field">
                <span class="field-label">{label}</span>
                <input name=id autocomplete="off" prop:value=value.get_untracked() on:input=move |ev| value.set(event_target_value(&ev)) />
            </label>
        }
    };
    view! {
        <section class="card">
            <h2>"Người dùng máy này"</h2>
            {input("Họ và tên", "me-name", name)}
            {input("Chức vụ", "me-position", position)}
            {input("Đơn vị", "me-unit", unit)}
            <button class="button" id="keep-me" on:click=keep>"Lưu"</button>
        </section>
    }
}

fn endpoint(work: Work) -> AnyView {
    let state = move || {
        let endpoint = work.book.me.with(|me| me.endpoint.clone());
        if endpoint.is_empty() {
            view! {
                <p>"Chưa nối máy chủ. Sổ tay vẫn dùng đủ trên máy này."</p>
                <a class="button" href="#/ket-noi">"Nối máy chủ của xã"</a>
            }
        } else {
            let sync = work.book.read(|data| data.replica.sync.clone());
            let labels = sync.roles.iter().flatten().map(|role| role.label());
            let roles = labels.collect::<Vec<_>>().join(", ");
            let roles = (!roles.is_empty())
                .then(|| view! { <p id="roles">{format!("Vai trò: {roles}")}</p> });
            let admin = sync.may(Action::Administer).then(|| {
                view! { <a class="button" id="admin" href="#/quan-tri">{icon("users")}"Quản trị đơn vị"</a> }
            });
            view! {
                <p>{format!("Đang nối với {endpoint}")}</p>
                {roles}
                {admin}
                <a class="button small" href="#/ket-noi">"Đổi máy chủ hoặc ghi danh lại"</a>
            }
        }
    };
    view! { <section class="card"><h2>"Máy chủ"</h2>{state}</section> }
}

/// Several people on one phone: a notebook for each.
fn people(work: Work) -> AnyView {
    let (name, failure) = (RwSignal::new(String::new()), RwSignal::new(""));
    let go = move |id: String| {
        wasm_bindgen_futures::spawn_local(async move {
            if !whose::leave_for(work, &id).await {
                work.book.say(words::NOT_KEPT, None);
            }
        });
    };
    let one = |owner: Owner| {
        let id = owner.id.clone();
        view! { <button class="button" data-owner=owner.id.clone() on:click=move |_| go(id.clone())>{icon("person")}{owner.name}</button> }
    };
    let all: Vec<AnyView> = whose::elsewhere().into_iter().map(one).collect();
    let add = move |_| {
        let who = name.get_untracked().trim().to_owned();
        if who.is_empty() {
            return failure.set("Ghi tên để người ấy nhận ra sổ của mình.");
        }
        wasm_bindgen_futures::spawn_local(async move {
            if !whose::add(work, &who).await {
                work.book.say(
                    "Chưa thêm được: máy đã đủ sổ, hoặc bản nháp chưa giữ được.",
                    None,
                );
            }
        });
    };
    let adding = match secret::is_let_in() {
        false => view! {
            <p class="hint">"Sổ mỗi người có khóa riêng. Đặt khóa cho sổ này trước."</p>
        },
        true => view! {
            <label class="field">
                <span class="field-label">"Người dùng chung máy: họ tên"</span>
                <input name="owner" autocomplete="off" on:input=move |ev| { failure.set(""); name.set(event_target_value(&ev)); } />
            </label>
            {move || (!failure.read().is_empty()).then(|| view! { <p class="field-problem" role="alert">{failure.get()}</p> })}
            <button class="button" id="add-owner" on:click=add>{icon("plus")}"Thêm sổ cho người này"</button>
        },
    };
    view! {
        <section class="card">
            <h2>"Nhiều người một máy"</h2>
            <p class="hint">"Mỗi người một sổ, khóa riêng, không ai đọc được sổ của ai. Tên hiện ở trang mở khóa."</p>
            {all}
            {adding}
        </section>
    }
}

/// The way into the secret compartment, where the unit records denunciations on phones.
fn secrets(work: Work) -> AnyView {
    let has_secrets = move || work.book.read(|data| data.replica.sync.has_secrets);
    let way = move || {
        has_secrets().then(|| {
            view! {
                <section class="card">
                    <h2>"Hồ sơ tố cáo"</h2>
                    <p class="hint">"Nằm riêng, chỉ người được nêu trong hồ sơ đọc được."</p>
                    <a class="button" id="secret-page" href="#/ngan-mat">{icon("lock")}"Ngăn hồ sơ tố cáo"</a>
                </section>
            }
        })
    };
    view! { {way} }
}

fn look(work: Work) -> AnyView {
    let theme = RwSignal::new(match prefs::read(prefs::THEME) {
        text if text.is_empty() => "auto".to_owned(),
        text => text,
    });
    let is_large = work.book.is_large;
    let one = move |(value, label): (&'static str, &'static str)| {
        let choose = move |_| {
            prefs::write(prefs::THEME, value);
            theme.set(value.to_owned());
        };
        view! { <button aria-pressed=move || (*theme.read() == value).to_string() data-theme-choice=value on:click=choose>{label}</button> }
    };
    let themes = [("auto", "Theo máy"), ("light", "Sáng"), ("dark", "Tối")].map(one);
    let size = move |(large, label): (bool, &'static str)| {
        let choose = move |_| {
            prefs::write(prefs::TEXT, if large { "large" } else { "normal" });
            is_large.set(large);
        };
        view! { <button aria-pressed=move || (is_large.get() == large).to_string() data-large=large.to_string() on:click=choose>{label}</button> }
    };
    let sizes = [(false, "Chữ thường"), (true, "Chữ to")].map(size);
    view! {
        <section class="card">
            <h2>"Hiển thị"</h2>
            <div class="segmented">{themes}</div>
            <div class="segmented">{sizes}</div>
        </section>
    }
}

fn about(work: Work) -> AnyView {
    let ready = move || {
        if work.book.is_offline_ready.get() {
            "Dùng được không cần mạng."
        } else {
            "Đang chuẩn bị để dùng không cần mạng…"
        }
    };
    let update = move || {
        work.book.has_update.get().then(|| {
            let take = move |_| frame::take_update(work);
            view! { <button class="button" id="update" on:click=take>"Cập nhật bản mới"</button> }
        })
    };
    let forms = work.book.catalogue().kinds().into_iter().map(|form| {
        view! { <li>{form.label.as_str()}": "{form.sources.join("; ")}</li> }
    });
    view! {
        <section class="card">
            <h2>"Ứng dụng"</h2>
            <p>{format!("Bản {}", env!("CARGO_PKG_VERSION"))}</p>
            <p role="status" id="offline-ready">{ready}</p>
            {update}
            <p id="edition">{move || work.book.edition.get()}</p>
            <details><summary>"Mẫu phiếu và căn cứ"</summary><ul>{forms.collect_view()}</ul></details>
        </section>
    }
}

/// The one thing that cannot be undone asks twice, and says what is lost.
fn erase(work: Work) -> AnyView {
    let is_sure = RwSignal::new(false);
    let body = move || {
        if !is_sure.get() {
            return view! { <button class="button danger" id="erase" on:click=move |_| is_sure.set(true)>"Xóa hết dữ liệu trên máy này…"</button> };
        }
        let (waiting, _) = work.book.outbox();
        let count = work.book.read(|data| data.rows.len());
        let erase = move |_| {
            wasm_bindgen_futures::spawn_local(async move {
                if let Err(error) = settings::erase_all(work).await {
                    work.book.say(words::store_error(&error), None);
                }
            });
        };
        view! {
            <div class="banner bad">{format!("Sẽ xóa {count} phiếu trên máy này, trong đó {waiting} lần ghi chưa gửi đi đâu. Không lấy lại được nếu chưa sao lưu.")}</div>
            <div class="buttons">
                <button class="button" on:click=move |_| is_sure.set(false)>"Thôi, giữ lại"</button>
                <a class="button" href="#/dong-bo">"Sao lưu trước"</a>
                <button class="button danger" id="erase-confirm" on:click=erase>"Xóa hết"</button>
            </div>
        }
    };
    view! { <section class="card"><h2>"Xóa dữ liệu"</h2>{body}</section> }
}
