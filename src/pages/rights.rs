//! Dữ liệu cá nhân: what is kept about a person, a copy for them, restriction, erasure by law; how long records are kept; what
//! a citizen is told.

use leptos::prelude::*;
use records::{
    account::Action,
    date,
    id::RecordId,
    rights::{Retention, Wanted},
};

use crate::{
    browser::{self, let_go},
    markup::view,
    pages::frame::head,
    parts::icon::icon,
    words,
    work::{
        Work,
        rights::{self, Hit, Order},
    },
};

/// What the page holds while it is open.
#[derive(Clone, Copy)]
struct Desk {
    work: Work,
    hits: RwSignal<Option<Vec<Hit>>>,
    left: RwSignal<Vec<RecordId>>,
    progress: RwSignal<String>,
    is_busy: RwSignal<bool>,
}

impl Desk {
    /// What was found and not taken out by hand.
    fn chosen(self) -> Vec<Hit> {
        let left = self.left.read();
        let hits = self.hits.get().unwrap_or_default();
        hits.into_iter()
            .filter(|hit| !left.contains(&hit.id))
            .collect()
    }

    /// Does something long, and says how far it is.
    fn act(self, act: impl Future<Output = String> + 'static) {
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        wasm_bindgen_futures::spawn_local(async move {
            let said = act.await;
            let_go(self.is_busy.try_set(false));
            let_go(self.progress.try_set(String::new()));
            self.work.book.say(said, None);
        });
    }
}

pub(crate) fn page(work: Work) -> AnyView {
    head("Dữ liệu cá nhân", Some("/cai-dat"));
    let desk = Desk {
        work,
        hits: RwSignal::new(None),
        left: RwSignal::new(Vec::new()),
        progress: RwSignal::new(String::new()),
        is_busy: RwSignal::new(false),
    };
    view! {
        <main class="page">
            <a class="button no-print" href="#/thong-bao">{icon("print")}"Thông báo cho công dân"</a>
            {search(desk)}
            <p role="status">{move || desk.progress.get()}</p>
            {move || found(desk)}
            {kept_for(desk)}
        </main>
    }
}

fn search(desk: Desk) -> AnyView {
    let (typed, failure) = (RwSignal::new(String::new()), RwSignal::new(""));
    let find = move |event: leptos::ev::Event| {
        event.prevent_default();
        let Some(wanted) = Wanted::new(&typed.get_untracked()) else {
            return failure.set("Ghi ít nhất 3 chữ của tên, hoặc 6 số của giấy tờ, điện thoại.");
        };
        failure.set("");
        desk.left.set(Vec::new());
        desk.act(async move {
            let said = |done, all| {
                let_go(
                    desk.progress
                        .try_set(format!("Đang tìm… {done}/{all} phiếu")),
                );
            };
            let hits = rights::find(desk.work, &wanted, said).await;
            let count = hits.len();
            let_go(desk.hits.try_set(Some(hits)));
            format!("Tìm thấy trong {count} phiếu.")
        });
    };
    view! {
        <form class="group no-print" on:submit=find>
            <label class="field">
                <span class="field-label">"Họ tên, số giấy tờ hoặc điện thoại"</span>
                <input name="person" autocomplete="off" on:input=move |ev| typed.set(event_target_value(&ev)) />
            </label>
            {move || (!failure.read().is_empty()).then(|| view! { <p class="field-problem" role="alert">{failure.get()}</p> })}
            <button class="button primary" id="find-person" disabled=move || desk.is_busy.get()>{icon("search")}"Tìm mọi chỗ ghi về người này"</button>
        </form>
    }
}

fn found(desk: Desk) -> AnyView {
    let Some(hits) = desk.hits.get() else {
        return view! { <p class="hint">"Tìm cả trong mục kín và giá trị đã sửa. Hồ sơ tố cáo nằm riêng, không tìm ở đây."</p> };
    };
    if hits.is_empty() {
        return view! { <div class="empty"><p class="empty-title">"Không có phiếu nào ghi về người này trên máy này."</p></div> };
    }
    let cards: Vec<AnyView> = hits.iter().map(|hit| card(desk, hit)).collect();
    view! {
        {cards}
        {actions(desk)}
    }
}

fn card(desk: Desk, hit: &Hit) -> AnyView {
    let id = hit.id;
    let toggle = move |ev| {
        let is_on = event_target_checked(&ev);
        desk.left.update(|left| match is_on {
            true => left.retain(|other| *other != id),
            false => left.push(id),
        });
    };
    let lines: Vec<AnyView> = rights::copy(desk.work, hit)
        .into_iter()
        .map(|(label, said)| view! { <p><strong>{format!("{label}: ")}</strong>{said}</p> })
        .collect();
    let restricted = hit.restriction.as_ref().map(|(day, why)| {
        view! { <p class="field-help warn">{format!("Hạn chế từ {}: {why}", date::for_people(day))}</p> }
    });
    let deleted = hit
        .is_deleted
        .then(|| view! { <p class="hint">"Phiếu đã xóa, lịch sử còn giữ."</p> });
    let past = lines.is_empty().then(|| {
        let places = hit.places.iter().map(|place| place.label.clone());
        let places = places.collect::<Vec<_>>().join(", ");
        view! { <p class="hint">{format!("Chỉ còn trong lịch sử: {places}.")}</p> }
    });
    view! {
        <section class="card" data-hit=id.to_string()>
            <h3><label><input type="checkbox" class="no-print" prop:checked=true on:change=toggle />{format!(" {}, {}", hit.kind, date::for_people(&hit.day))}</label></h3>
            {lines}{past}{restricted}{deleted}
            <a class="button small no-print" href=format!("#/phieu/{id}")>"Mở phiếu, sửa"</a>
        </section>
    }
}

fn actions(desk: Desk) -> AnyView {
    let file = move |_| {
        let ready = rights::file(desk.work, &desk.chosen());
        ready.download();
        desk.work
            .book
            .say(format!("Đã xuất tệp {}.", ready.name), None);
    };
    let may_erase = desk
        .work
        .book
        .peek(|data| data.replica.sync.may(Action::Erase));
    let erasing = match may_erase {
        true => order(
            desk,
            "erase-person",
            "Xóa theo luật…",
            ERASES,
            move |order| {
                desk.act(erase(desk, order));
            },
        ),
        false => {
            view! { <p class="hint">"Xóa theo luật là việc của lãnh đạo, từ máy của mình."</p> }
        }
    };
    view! {
        <div class="buttons no-print">
            <button class="button" on:click=|_| browser::print()>{icon("print")}"In cho công dân"</button>
            <button class="button" id="person-file" on:click=file>{icon("download")}"Tệp (JSON)"</button>
        </div>
        {restricting(desk)}
        {erasing}
    }
}

/// What an erasure does, before it is ordered.
const ERASES: &str = "Lời, tên, giấy tờ của người này trong các phiếu đã chọn bị xóa ở mọi máy và máy chủ, cả trong lịch sử; ngày, số, loại việc ở lại \
    vì sổ theo luật phải giữ. Không lấy lại được. Bản sao lưu cũ của máy chủ do người quản trị xóa.";

async fn erase(desk: Desk, order: Order) -> String {
    let hits = desk.chosen();
    let all = hits.len();
    let said = |done| {
        let_go(
            desk.progress
                .try_set(format!("Đang xóa… {done}/{all} phiếu")),
        );
    };
    let done = rights::erase_all(desk.work, &hits, &order, said).await;
    let_go(desk.hits.try_set(None));
    match done {
        Ok(()) => format!("Đã xóa trong {all} phiếu. Các máy khác xóa ở lần đồng bộ tới."),
        Err(error) => words::save_error(&error),
    }
}

/// A law and a reason, asked for before something is done that cannot be undone.
fn order(
    desk: Desk,
    id: &'static str,
    label: &'static str,
    what: &'static str,
    then: impl Fn(Order) + Clone + Send + Sync + 'static,
) -> AnyView {
    let is_open = RwSignal::new(false);
    let (law, reason) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let failure = RwSignal::new("");
    let go = move || {
        let order = Order {
            law: law.get_untracked().trim().to_owned(),
            reason: reason.get_untracked().trim().to_owned(),
        };
        if order.law.is_empty() || order.reason.is_empty() {
            return failure
                .set("Ghi căn cứ và lý do: chúng ở lại trong lịch sử thay cho nội dung đã xóa.");
        }
        is_open.set(false);
        then(order);
    };
    let input = move |label: &'static str, name: &'static str, value: RwSignal<String>| {
        view! {
            <label class="field">
                <span class="field-label">{label}</span>
                <input name=name autocomplete="off" on:input=move |ev| { failure.set(""); value.set(event_target_value(&ev)); } />
            </label>
        }
    };
    let body = move || {
        let go = go.clone();
        match is_open.get() {
            false => view! {
                <button class="button danger" id=id disabled=move || desk.is_busy.get() on:click=move |_| is_open.set(true)>{label}</button>
            },
            true => view! {
                <div class="banner warn">{what}</div>
                {input("Căn cứ (điều luật, văn bản)", "order-law", law)}
                {input("Lý do", "order-reason", reason)}
                {move || (!failure.read().is_empty()).then(|| view! { <p class="field-problem" role="alert">{failure.get()}</p> })}
                <div class="buttons">
                    <button class="button" on:click=move |_| is_open.set(false)>"Thôi"</button>
                    <button class="button danger" id="order-now" on:click=move |_| go()>"Xóa"</button>
                </div>
            },
        }
    };
    view! { <section class="card no-print">{body}</section> }
}

fn restricting(desk: Desk) -> AnyView {
    let reason = RwSignal::new(String::new());
    let failure = RwSignal::new("");
    let set = move |is_on: bool| {
        let why = reason.get_untracked().trim().to_owned();
        if is_on && why.is_empty() {
            return failure.set("Ghi lý do hạn chế.");
        }
        desk.act(async move {
            let ids: Vec<RecordId> = desk.chosen().iter().map(|hit| hit.id).collect();
            let done = rights::restrict(desk.work, &ids, is_on.then_some(why.as_str())).await;
            let_go(desk.hits.try_set(None));
            match done {
                Ok(_) if is_on => format!("Đã hạn chế {} phiếu: không vào tệp xuất.", ids.len()),
                Ok(_) => format!("Đã bỏ hạn chế {} phiếu.", ids.len()),
                Err(error) => words::save_error(&error),
            }
        });
    };
    view! {
        <details class="card no-print">
            <summary>"Hạn chế sử dụng"</summary>
            <p class="hint">"Phiếu bị hạn chế không vào tệp xuất và có dấu trên trang phiếu; sổ, báo cáo theo luật vẫn đếm."</p>
            <label class="field">
                <span class="field-label">"Lý do hạn chế"</span>
                <input name="restrict-reason" autocomplete="off" on:input=move |ev| { failure.set(""); reason.set(event_target_value(&ev)); } />
            </label>
            {move || (!failure.read().is_empty()).then(|| view! { <p class="field-problem" role="alert">{failure.get()}</p> })}
            <div class="buttons">
                <button class="button" id="restrict" on:click=move |_| set(true)>"Hạn chế phiếu đã chọn"</button>
                <button class="button" id="unrestrict" on:click=move |_| set(false)>"Bỏ hạn chế"</button>
            </div>
        </details>
    }
}

fn kept_for(desk: Desk) -> AnyView {
    let rows: Vec<AnyView> = rights::duties()
        .retention
        .iter()
        .map(|retention| kept(desk, retention))
        .collect();
    view! {
        <details class="card no-print" id="retention">
            <summary>"Thời hạn lưu"</summary>
            <p class="hint">"Số năm do đơn vị đặt trong danh mục (duties.json) và công bố từ máy chủ."</p>
            {rows}
        </details>
    }
}

fn kept(desk: Desk, retention: &Retention) -> AnyView {
    let form = desk.work.book.catalogue().newest(&retention.form);
    let label = form.map_or(retention.form.clone(), |form| form.label.clone());
    let years = match retention.years {
        Some(years) => format!("{years} năm"),
        None => "chưa đặt".to_owned(),
    };
    let over = rights::over(desk.work, retention);
    let may_erase = desk
        .work
        .book
        .peek(|data| data.replica.sync.may(Action::Erase));
    let expire = (!over.is_empty() && may_erase).then(|| {
        let ids = over.clone();
        order(
            desk,
            "expire",
            "Xóa lời của phiếu quá hạn lưu…",
            EXPIRES,
            move |order| {
                let ids = ids.clone();
                desk.act(async move {
                    let all = ids.len();
                    let said = |done| {
                        let_go(
                            desk.progress
                                .try_set(format!("Đang xóa… {done}/{all} phiếu")),
                        );
                    };
                    match rights::expire(desk.work, &ids, &order, said).await {
                        Ok(()) => format!("Đã xóa lời của {all} phiếu quá hạn lưu."),
                        Err(error) => words::save_error(&error),
                    }
                });
            },
        )
    });
    view! {
        <p><strong>{format!("{label}: {years}. ")}</strong>{retention.source.clone()}</p>
        {(!over.is_empty()).then(|| view! { <p class="field-help warn">{format!("{} phiếu quá hạn lưu.", over.len())}</p> })}
        {expire}
    }
}

/// What is left of a record that was kept long enough.
const EXPIRES: &str = "Lời, tên, giấy tờ trong các phiếu quá hạn lưu bị xóa ở mọi máy và máy chủ, cả trong lịch sử; ngày, số, loại việc ở lại. Không lấy lại được.";

/// What hangs at the place of reception, and is given to who asks.
pub(crate) fn notice(work: Work) -> AnyView {
    head("Thông báo", Some("/du-lieu"));
    let notice = rights::duties().notice;
    let unit = work.book.unit();
    let paragraphs: Vec<AnyView> = notice
        .paragraphs
        .iter()
        .map(|text| view! { <p>{text.clone()}</p> })
        .collect();
    view! {
        <main class="page">
            <div class="buttons no-print"><button class="button primary" on:click=|_| browser::print()>{icon("print")}"In"</button></div>
            <article class="paper" lang="vi" id="notice">
                <p>{unit}</p>
                <p class="paper-title">{notice.title.to_uppercase()}</p>
                {paragraphs}
                <p class="hint">{notice.sources.join("; ")}</p>
            </article>
        </main>
    }
}
