//! Quản trị: people and their roles, codes, devices, the log. Everything here is asked of the endpoint; nothing of it is
//! kept on this device.

use leptos::prelude::*;
use records::{
    account::{Action, AuditLine, Code, Device, People, Person, PersonWish, Role},
    id::{PersonId, TokenId},
};

use crate::{
    browser::{self, let_go},
    markup::view,
    parts::icon::icon,
    words,
    work::{Work, parcels, people},
};

/// What the page shows.
#[derive(Clone, Copy)]
struct Desk {
    work: Work,
    people: RwSignal<Option<People>>,
    failure: RwSignal<String>,
    /// Whose card is open, and for what.
    open: RwSignal<Open>,
    /// The code that was given last, and to whom: nobody can ask for it again.
    code: RwSignal<Option<(PersonId, Code)>>,
    is_busy: RwSignal<bool>,
}

/// What is open; one thing at a time.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    New,
    Person(PersonId),
}

impl Desk {
    /// Asks, and says what went wrong.
    fn ask<T: 'static>(
        self,
        asking: impl Future<Output = Result<T, people::Failure>> + 'static,
        then: impl FnOnce(T) + 'static,
    ) {
        // One thing at a time: a button that was pressed twice asks once.
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        self.failure.set(String::new());
        wasm_bindgen_futures::spawn_local(async move {
            let answer = asking.await;
            if self.is_busy.try_set(false).is_some() {
                return; // The page is gone.
            }
            match answer {
                Ok(found) => then(found),
                Err(error) => let_go(self.failure.try_set(words::net_error(&error))),
            }
        });
    }

    fn load(self) {
        self.ask(people::all(self.work), move |found| {
            let_go(self.people.try_set(Some(found)));
        });
    }

    /// A person is as they are now.
    fn put(self, person: Person) {
        self.people.update(|people| {
            let Some(people) = people else { return };
            let known = people.people.iter_mut().find(|known| known.id == person.id);
            match known {
                Some(known) => *known = person,
                None => people.people.push(person),
            }
        });
    }
}

pub(crate) fn page(work: Work) -> AnyView {
    let desk = Desk {
        work,
        people: RwSignal::new(None),
        failure: RwSignal::new(String::new()),
        open: RwSignal::new(Open::Nothing),
        code: RwSignal::new(None),
        is_busy: RwSignal::new(false),
    };
    let may = move || {
        work.book
            .read(|data| data.replica.sync.may(Action::Administer))
    };
    let may = Memo::new(move |_| may());
    Effect::new(move |_| {
        if may.get() {
            desk.load();
        }
    });
    let body = move || match may.get() {
        true => view! { {all(desk)}{log(desk)} },
        false => view! {
            <div class="empty">
                <p class="empty-title">"Trang này của người quản trị đơn vị."</p>
                <p>"Tài khoản của máy này không có vai trò quản trị, hoặc máy chưa ghi danh."</p>
                <a class="button" href="#/cai-dat">"Về Cài đặt"</a>
            </div>
        },
    };
    view! { <main class="page">{body}</main> }
}

fn all(desk: Desk) -> AnyView {
    let failure = move || {
        let say = desk.failure.get();
        (!say.is_empty()).then(|| {
            view! {
                <div class="banner bad" role="alert">
                    <p>{say}</p>
                    <button class="button small" on:click=move |_| desk.load()>"Tải lại"</button>
                </div>
            }
        })
    };
    let cards = move || match desk.people.get() {
        None if desk.failure.read().is_empty() => {
            view! { <p class="hint" role="status">"Đang hỏi máy chủ…"</p> }
        }
        None => ().into_any(),
        Some(people) => {
            let (open, closed): (Vec<Person>, Vec<Person>) =
                people.people.into_iter().partition(|person| !person.closed);
            let count = words::count(open.len());
            let card = |person: &Person| card(desk, person);
            let closed: Vec<AnyView> = closed.iter().map(card).collect();
            let closed = (!closed.is_empty()).then(|| {
                view! { <details><summary>{format!("Đã khóa: {}", closed.len())}</summary><div class="group">{closed}</div></details> }
            });
            let open: Vec<AnyView> = open.iter().map(card).collect();
            view! {
                <h2 class="section-title">"Người dùng"<small>{count}</small></h2>
                <div class="group">{open}</div>
                {closed}
            }
        }
    };
    let new = move || match desk.open.get() {
        Open::New => {
            view! { <section class="card"><h2>"Thêm người"</h2>{edit(desk, None)}</section> }
        }
        Open::Nothing | Open::Person(_) => view! {
            <button class="button primary" id="person-new" on:click=move |_| desk.open.set(Open::New)>{icon("plus")}"Thêm người"</button>
        },
    };
    view! { {failure}{new}{cards} }
}

fn card(desk: Desk, person: &Person) -> AnyView {
    let id = person.id;
    let labels: Vec<&str> = person
        .grants
        .iter()
        .map(|grant| grant.role.label())
        .collect();
    let roles = match labels.as_slice() {
        [] => "Không có vai trò ở đơn vị này".to_owned(),
        labels => labels.join(", "),
    };
    let devices: Vec<AnyView> = person.devices.iter().map(|one| device(desk, one)).collect();
    let devices = match devices.is_empty() {
        true => view! { <p class="hint">"Chưa có máy nào ghi danh."</p> },
        false => view! { <ul class="timeline">{devices}</ul> },
    };
    let (name, before) = (person.name.clone(), person.clone());
    let is_closed = person.closed;
    let inner = move || {
        if desk.open.get() == Open::Person(id) {
            return edit(desk, Some(&before));
        }
        let give = move |_| {
            desk.ask(people::code(desk.work, id), move |code| {
                let_go(desk.code.try_set(Some((id, code))));
            });
        };
        let give = (!is_closed).then(|| {
            view! { <button class="button" data-code=id.to_string() on:click=give>{icon("plus")}"Cấp mã cho một máy"</button> }
        });
        view! {
            <div class="buttons">
                {give}
                <button class="button plain" data-edit=id.to_string() on:click=move |_| desk.open.set(Open::Person(id))>"Sửa"</button>
            </div>
        }
    };
    let code = move || {
        let given = desk.code.get().filter(|(of, _)| *of == id);
        given.map(|(_, code)| shown_code(desk, &code))
    };
    let unused = (person.codes > 0).then(|| {
        view! { <p class="hint">{format!("{} mã đã cấp, chưa dùng.", person.codes)}</p> }
    });
    view! {
        <section class="card" data-person=id.to_string()>
            <h3>{name}</h3>
            <p>{roles}</p>
            {devices}
            {unused}
            {code}
            {inner}
        </section>
    }
}

/// The code as letters, as a link and as a picture for the other phone's camera.
fn shown_code(desk: Desk, code: &Code) -> AnyView {
    let app = format!("{}{}", browser::origin(), browser::folder());
    let link = people::link(desk.work, &app, &code.code);
    let picture = parcels::code(&link, None).map(|(path, side)| {
        let around = format!("-4 -4 {0} {0}", side + 8);
        view! { <svg class="code" viewBox=around role="img" aria-label="Mã QR ghi danh"><path d=path></path></svg> }
    });
    let text = link.clone();
    let copy = move |_| {
        let text = text.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let say = match browser::copy(&text).await {
                true => "Đã chép đường dẫn.",
                false => "Trình duyệt không cho chép; hãy chọn và chép đường dẫn.",
            };
            desk.work.book.say(say, None);
        });
    };
    view! {
        <div class="banner info" role="status">
            <p>"Mã ghi danh, dùng cho một máy, một lần:"</p>
            <p><strong data-given-code="">{code.code.clone()}</strong></p>
            <p class="hint">{format!("Dùng được đến {}. Đóng trang này thì không xem lại được; khi đó cấp mã khác.", words::moment(code.expires_at))}</p>
            {picture}
            <p class="hint" data-given-link="">{link}</p>
            <p class="hint">"Máy mới: mở camera quét mã trên, hoặc mở ứng dụng, Cài đặt, Nối máy chủ, rồi dán mã. iPhone: thêm ứng dụng vào màn hình chính trước, rồi dán mã trong ứng dụng đó."</p>
            <div class="buttons">
                <button class="button" on:click=copy>"Chép đường dẫn"</button>
                <button class="button plain" on:click=move |_| desk.code.set(None)>"Xong"</button>
            </div>
        </div>
    }
}

fn device(desk: Desk, device: &Device) -> AnyView {
    let heard = match device.seen_at {
        0 => "chưa liên lạc".to_owned(),
        at => format!("liên lạc {}", words::moment(at)),
    };
    let held = format!(
        "{} phiếu, {} lần ghi chờ gửi",
        device.records, device.waiting
    );
    let state = match (device.revoked_at, device.wipe) {
        (0, _) => None,
        (at, false) => Some(format!("Đã thu hồi {}", words::moment(at))),
        (at, true) => Some(format!(
            "Đã thu hồi {}; máy sẽ tự xóa khi liên lạc",
            words::moment(at)
        )),
    };
    let is_out = state.is_some();
    let label = match device.label.as_str() {
        "" => "Máy".to_owned(),
        label => label.to_owned(),
    };
    let (id, is_wiped) = (device.id, device.wipe);
    let is_sure = RwSignal::new(false);
    let revoke = move |wipe: bool| {
        desk.ask(people::revoke(desk.work, id, wipe), move |()| desk.load());
    };
    let actions = move || {
        if !is_sure.get() {
            let say = if is_out {
                "Xóa dữ liệu trên máy…"
            } else {
                "Thu hồi máy…"
            };
            return view! { <button class="button small danger" data-revoke=id.to_string() on:click=move |_| is_sure.set(true)>{say}</button> };
        }
        let only = (!is_out).then(|| {
            view! { <button class="button danger" data-revoke-now=id.to_string() on:click=move |_| revoke(false)>"Thu hồi"</button> }
        });
        view! {
            <div class="banner warn">
                <p>"Thu hồi: máy không đọc được gì từ máy chủ nữa, chỉ nộp nốt phần chờ gửi (để riêng cho người quản trị xem). Thu hồi và xóa: thêm vào đó, máy tự xóa sổ khi liên lạc lần sau."</p>
                <div class="buttons">
                    <button class="button" on:click=move |_| is_sure.set(false)>"Thôi"</button>
                    {only}
                    <button class="button danger" data-wipe-now=id.to_string() on:click=move |_| revoke(true)>"Thu hồi và xóa"</button>
                </div>
            </div>
        }
    };
    let actions = (!is_wiped).then(|| view! { {actions} });
    view! {
        <li>
            <strong>{label}</strong>
            <small>{format!("{heard}; {held}")}</small>
            {state.map(|say| view! { <small class="warn">{say}</small> })}
            {unlocking(desk, id)}
            {actions}
        </li>
    }
}

/// For whoever forgot the PIN of that device.
fn unlocking(desk: Desk, id: TokenId) -> AnyView {
    let recovery = RwSignal::new(None::<String>);
    let ask_recovery = move |_| {
        desk.ask(people::recovery(desk.work, id), move |code| {
            let_go(recovery.try_set(Some(code)));
        });
    };
    let unlock = move || match recovery.get() {
        None => {
            view! { <button class="button small" data-recovery=id.to_string() on:click=ask_recovery>"Mã mở khóa…"</button> }
        }
        Some(code) => view! {
            <div class="banner info" role="status">
                <p>"Đọc mã này cho người quên PIN của máy ấy; nhật ký đã ghi lại việc xem."</p>
                <p><strong data-recovery-code="">{code}</strong></p>
            </div>
        },
    };
    view! { {unlock} }
}

/// Name, roles, open or closed.
fn edit(desk: Desk, before: Option<&Person>) -> AnyView {
    let name = RwSignal::new(
        before
            .as_ref()
            .map(|person| person.name.clone())
            .unwrap_or_default(),
    );
    let roles = RwSignal::new(match before {
        Some(person) => person.grants.iter().map(|grant| grant.role).collect(),
        None => vec![Role::Officer],
    });
    let is_closed = RwSignal::new(before.is_some_and(|person| person.closed));
    let id = before.map(|person| person.id);
    let unit = desk.people.with_untracked(|people| {
        let unit = people.as_ref().map(|people| people.unit.code.clone());
        unit.unwrap_or_default()
    });
    let choices: Vec<AnyView> = Role::ALL
        .into_iter()
        .filter(|role| role.fits(&unit))
        .map(|role| {
            let pressed = move || roles.read().contains(&role).to_string();
            let turn = move |_| {
                roles.update(|roles| match roles.iter().position(|own| *own == role) {
                    Some(at) => drop(roles.remove(at)),
                    None => roles.push(role),
                });
            };
            view! { <button aria-pressed=pressed data-role=role.name() on:click=turn>{role.label()}</button> }
        })
        .collect();
    let closing = before.is_some().then(|| {
        let pressed = move || is_closed.get().to_string();
        let turn = move |_| is_closed.update(|is_closed| *is_closed = !*is_closed);
        view! {
            <button aria-pressed=pressed data-close="" on:click=turn>"Khóa tài khoản"</button>
            <p class="field-help">"Khóa tài khoản thì mọi máy của người này bị thu hồi. Phiếu đã ghi còn nguyên."</p>
        }
    });
    let keep = move |_| {
        let wish = PersonWish {
            name: name.get_untracked().trim().to_owned(),
            closed: is_closed.get_untracked(),
            roles: roles.get_untracked(),
        };
        let asking = async move { people::set(desk.work, id, &wish).await };
        desk.ask(asking, move |person| {
            desk.put(person);
            desk.open.set(Open::Nothing);
        });
    };
    view! {
        <label class="field">
            <span class="field-label">"Họ và tên"</span>
            <input name="person-name" autocomplete="off" prop:value=name.get_untracked() on:input=move |ev| name.set(event_target_value(&ev)) />
        </label>
        <div class="field"><span class="field-label">"Vai trò"</span><div class="segmented">{choices}</div></div>
        <p class="hint">"Cán bộ: ghi. Lãnh đạo: ghi và duyệt. Quản trị: người, máy, nhật ký; không đọc phiếu nếu không có vai trò khác."</p>
        {closing}
        <div class="buttons">
            <button class="button primary" id="person-keep" disabled=move || desk.is_busy.get() on:click=keep>"Lưu"</button>
            <button class="button plain" on:click=move |_| desk.open.set(Open::Nothing)>"Thôi"</button>
        </div>
    }
}

/// The log, a page at a time.
fn log(desk: Desk) -> AnyView {
    let lines: RwSignal<Vec<AuditLine>> = RwSignal::new(Vec::new());
    let (is_open, has_more) = (RwSignal::new(false), RwSignal::new(true));
    let more = move || {
        let after = lines.read_untracked().last().map_or(0, |line| line.n);
        desk.ask(people::log(desk.work, after), move |page| {
            if has_more.try_set(page.more).is_none() {
                lines.update(|lines| lines.extend(page.lines));
            }
        });
    };
    let body = move || {
        if !is_open.get() {
            let open = move |_| {
                is_open.set(true);
                more();
            };
            return view! { <button class="button" id="log-open" on:click=open>{icon("list")}"Xem nhật ký"</button> };
        }
        let names = desk
            .people
            .with(|people| people.as_ref().map(names))
            .unwrap_or_default();
        let rows: Vec<AnyView> = lines.read().iter().map(|one| line(one, &names)).collect();
        let next = has_more.get().then(|| {
            view! { <button class="button" on:click=move |_| more()>"Xem tiếp"</button> }
        });
        view! {
            <div class="table-wrap"><table class="register" id="log">
                <thead><tr><th>"Số"</th><th>"Lúc"</th><th>"Ai"</th><th>"Việc"</th><th>"Về"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
            {next}
        }
    };
    view! { <h2 class="section-title">"Nhật ký"</h2>{body} }
}

/// What people and devices are called, by the names that the log knows.
fn names(people: &People) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for person in &people.people {
        all.push((person.id.to_string(), person.name.clone()));
        let devices = person.devices.iter();
        all.extend(devices.map(|device| {
            let name = format!("{} của {}", device.label, person.name);
            (device.id.to_string(), name)
        }));
    }
    all
}

fn line(line: &AuditLine, names: &[(String, String)]) -> AnyView {
    let (first, rest) = line
        .about
        .split_at(line.about.find(' ').unwrap_or(line.about.len()));
    let known = names.iter().find(|(id, _)| id == first);
    let about = match known {
        Some((_, name)) => format!("{name}{rest}"),
        None => line.about.clone(),
    };
    let who = match line.who.as_str() {
        "may_chu" => "Tại máy chủ".to_owned(),
        "khoa_chung" => "Khóa chung".to_owned(),
        who => who.to_owned(),
    };
    let act = match line.act.as_str() {
        "them_nguoi" => "Thêm người",
        "sua_nguoi" => "Sửa người",
        "cap_ma" => "Cấp mã",
        "ghi_danh" => "Ghi danh máy",
        "thu_hoi" => "Thu hồi máy",
        "xoa_may" => "Thu hồi và xóa máy",
        "gui_ma_mo_khoa" => "Gửi mã mở khóa máy",
        "xem_ma_mo_khoa" => "Xem mã mở khóa máy",
        "xuat" => "Xuất dữ liệu",
        "xem_mat" => "Xem nội dung mật",
        "xem_rieng" => "Xem lần ghi để riêng",
        "nhan_rieng" => "Nhận lần ghi để riêng",
        act => act,
    };
    view! { <tr><td>{line.n.to_string()}</td><td>{words::moment(line.at)}</td><td>{who}</td><td>{act.to_owned()}</td><td>{about}</td></tr> }
}
