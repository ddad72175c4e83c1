//! Khóa sổ: the page before a locked notebook, and the one where the lock is set, changed and taken away.

use gloo_timers::{callback::Interval, future::TimeoutFuture};
use leptos::prelude::*;

use crate::{
    browser::{self, let_go},
    markup::view,
    parts::icon::icon,
    state::Undo,
    words,
    work::{
        Work,
        lock::{self, By, LETTERS_MIN, LockError},
        whose::{self, Owner},
    },
};

fn say(error: &LockError) -> String {
    match error {
        LockError::Wrong => "Chưa đúng. Kiểm tra chữ hoa, bộ gõ rồi thử lại.".to_owned(),
        LockError::Wait(until) => format!(
            "Thử sai nhiều lần. Thử lại được sau {} giây.",
            until.saturating_sub(browser::now_ms()).div_ceil(1_000)
        ),
        LockError::Needed => {
            "Ngăn hồ sơ tố cáo trên máy này còn hồ sơ hoặc bản nháp: không bỏ khóa được.".to_owned()
        }
        LockError::Shared => "Máy này có sổ của nhiều người: sổ nào cũng phải có khóa.".to_owned(),
        LockError::Other => "Khóa của sổ vừa thay đổi ở cửa sổ khác. Tải lại trang.".to_owned(),
        LockError::Store(error) => words::store_error(error),
    }
}

/// What is on the page before a locked notebook.
#[derive(Clone, Copy)]
struct Try {
    typed: RwSignal<String>,
    failure: RwSignal<Option<LockError>>,
    is_busy: RwSignal<bool>,
    /// With a code instead of the PIN.
    by_code: RwSignal<bool>,
    /// The phone's own unlock did not open.
    device_failed: RwSignal<bool>,
}

impl Try {
    fn new() -> Self {
        Self {
            typed: RwSignal::new(String::new()),
            failure: RwSignal::new(None),
            is_busy: RwSignal::new(false),
            by_code: RwSignal::new(false),
            device_failed: RwSignal::new(false),
        }
    }

    fn make(self, then: &Undo) {
        if self.is_busy.get_untracked() || self.typed.read_untracked().is_empty() {
            return;
        }
        self.is_busy.set(true);
        self.failure.set(None);
        let then = Undo::clone(then);
        wasm_bindgen_futures::spawn_local(async move {
            // The screen says that it works before the key is stretched, which holds everything up for a moment.
            TimeoutFuture::new(PAINTED_MS).await;
            let words = self.typed.get_untracked();
            let by = match self.by_code.get_untracked() {
                true => By::Code(&words),
                false => By::Words(&words),
            };
            let opened = lock::open(by).await;
            let_go(self.is_busy.try_set(false));
            match opened {
                Ok(()) => then(),
                Err(error) => {
                    let_go(self.typed.try_set(String::new()));
                    let_go(self.failure.try_set(Some(error)));
                }
            }
        });
    }

    fn turn(self) {
        self.typed.set(String::new());
        self.failure.set(None);
        self.by_code.update(|by_code| *by_code = !*by_code);
    }

    /// What went wrong; the seconds that are still to be waited are counted down.
    fn told(self) -> AnyView {
        let beat = RwSignal::new(0_u32);
        let clock = StoredValue::new_local(Some(Interval::new(1_000, move || {
            let_go(beat.try_update(|beat| *beat += 1));
        })));
        on_cleanup(move || let_go(clock.try_set_value(None)));
        let told = move || {
            beat.get();
            let is_over = |error: &LockError| matches!(error, LockError::Wait(until) if *until <= browser::now_ms());
            let error = self.failure.get().filter(|error| !is_over(error))?;
            Some(view! { <div class="banner bad" role="alert">{say(&error)}</div> })
        };
        view! { {told} }
    }

    fn field(self) -> AnyView {
        let field = move || {
            let (label, kind, complete) = match self.by_code.get() {
                true => ("Mã mở khóa", "text", "off"),
                false => ("PIN hoặc cụm mật khẩu", "password", "current-password"),
            };
            view! {
                <label class="field">
                    <span class="field-label">{label}</span>
                    <input name="unlock" type=kind autocomplete=complete autocapitalize="none" spellcheck="false" prop:value=move || self.typed.get() on:input=move |ev| self.typed.set(event_target_value(&ev)) />
                </label>
            }
        };
        view! { {field} }
    }
}

/// Long enough for a screen to be painted.
const PAINTED_MS: u32 = 30;

/// A page before the notebook: there is no frame around it yet.
pub(crate) fn closed(then: Undo) -> AnyView {
    let attempt = Try::new();
    let other = move || match attempt.by_code.get() {
        true => "Mở bằng PIN hoặc cụm mật khẩu",
        false => "Quên PIN: mở bằng mã",
    };
    let hint = move || {
        attempt.by_code.get().then(|| view! { <p class="hint">"Mã 20 chữ và số đã hiện khi đặt khóa; hoặc hỏi người quản trị của xã: Quản trị, máy của bạn, Mã mở khóa. Không có gì trên máy bị mất."</p> })
    };
    let label = move || match attempt.is_busy.get() {
        true => "Đang mở…",
        false => "Mở sổ",
    };
    let by_device = device_button(attempt, Undo::clone(&then));
    let submit = move |event: leptos::ev::Event| {
        event.prevent_default();
        attempt.make(&then);
    };
    let is_secret = lock::is_before_secret();
    let title = match is_secret {
        true => " Ngăn hồ sơ tố cáo đang khóa",
        false => " Sổ đang khóa",
    };
    let rest = match is_secret {
        true => leave_secret(),
        false => nothing_left(),
    };
    view! {
        <main class="page middle" id="closed">
            <h1>{icon("lock")}{title}</h1>
            <p class="hint">"Những gì đã ghi, cả bản đang viết dở, còn nguyên trên máy."</p>
            <form class="group" on:submit=submit>
                {attempt.field()}
                {hint}
                {attempt.told()}
                <button class="button primary" id="unlock" disabled=move || attempt.is_busy.get()>{label}</button>
            </form>
            {by_device}
            <button class="button plain" id="unlock-otherwise" on:click=move |_| attempt.turn()>{other}</button>
            {rest}
            {others()}
        </main>
    }
}

/// The phone's own unlock, where it was taken.
fn device_button(attempt: Try, then: Undo) -> AnyView {
    let is_there = RwSignal::new(false);
    wasm_bindgen_futures::spawn_local(async move {
        let_go(is_there.try_set(lock::has_device().await));
    });
    let go = move |_| {
        let then = Undo::clone(&then);
        wasm_bindgen_futures::spawn_local(async move {
            match lock::open_with_device().await {
                Ok(()) => then(),
                Err(LockError::Wrong) => let_go(attempt.device_failed.try_set(true)),
                Err(error) => let_go(attempt.failure.try_set(Some(error))),
            }
        });
    };
    let failed = move || {
        attempt.device_failed.get().then(|| {
            view! { <div class="banner warn" role="alert">"Máy chưa mở: đã thôi, hoặc khóa của máy đã đổi. Dùng PIN."</div> }
        })
    };
    let button = move || {
        let go = go.clone();
        is_there.get().then(|| {
            view! { <button class="button" id="unlock-device" on:click=go>{icon("phone")}"Mở bằng vân tay, khuôn mặt của máy"</button> }
        })
    };
    view! { {button}{failed} }
}

/// Has the phone's own unlock open this lock, or not.
fn device(work: Work, has_device: bool, load: impl Fn() + Copy + Send + Sync + 'static) -> AnyView {
    let act = move |_| {
        wasm_bindgen_futures::spawn_local(async move {
            let done = match has_device {
                true => lock::drop_device()
                    .await
                    .map(|()| "Đã bỏ. Sổ mở bằng PIN hoặc cụm mật khẩu."),
                false => lock::take_device().await.map(|is_taken| match is_taken {
                    true => "Từ nay mở được bằng vân tay, khuôn mặt của máy. PIN vẫn dùng được.",
                    false => "Máy hoặc trình duyệt này chưa cho dùng cách ấy.",
                }),
            };
            match done {
                Ok(said) => work.book.say(said, None),
                Err(error) => work.book.say(say(&error), None),
            }
            load();
        });
    };
    let label = match has_device {
        true => "Bỏ mở bằng vân tay, khuôn mặt",
        false => "Mở cả bằng vân tay, khuôn mặt của máy",
    };
    let shown = browser::passkey::is_there().then(|| {
        view! {
            <section class="card">
                <h2>"Mở khóa của máy"</h2>
                <p class="hint">"Khóa nằm trong phần cứng của máy; chép thư mục dữ liệu đi nơi khác không mở được bằng cách này. Ai mở được máy thì mở được sổ."</p>
                <button class="button" id="device-lock" on:click=act>{icon("phone")}{label}</button>
            </section>
        }
    });
    view! { {shown} }
}

/// The notebooks of other people on this phone.
fn others() -> AnyView {
    let one = |owner: Owner| {
        let id = owner.id.clone();
        view! { <button class="button" data-owner=owner.id.clone() on:click=move |_| whose::go(&id)>{icon("person")}{owner.name}</button> }
    };
    let all: Vec<AnyView> = whose::elsewhere().into_iter().map(one).collect();
    let shown = (!all.is_empty()).then(|| view! { <h2>"Sổ của người khác"</h2>{all} });
    view! { {shown} }
}

/// Back to the ordinary notebook.
fn leave_secret() -> AnyView {
    let leave = |_| {
        browser::prefs::keep_in_tab(browser::prefs::PART, "");
        browser::reload();
    };
    view! { <button class="button" id="leave-secret" on:click=leave>"Về sổ thường"</button> }
}

/// Whoever has neither PIN nor code can only begin anew, and is told what that means.
fn nothing_left() -> AnyView {
    let is_sure = RwSignal::new(false);
    let failure = RwSignal::new(String::new());
    let erase = move |_| {
        wasm_bindgen_futures::spawn_local(async move {
            match lock::erase_unopened().await {
                Ok(()) => browser::reload(),
                Err(error) => let_go(failure.try_set(say(&error))),
            }
        });
    };
    let body = move || match is_sure.get() {
        false => {
            view! { <button class="button plain danger" on:click=move |_| is_sure.set(true)>"Không còn PIN lẫn mã…"</button> }
        }
        true => view! {
            <div class="banner bad">
                <p>"Không còn cách nào mở sổ này. Bắt đầu lại thì mọi lần ghi chưa gửi máy chủ trên máy này mất hẳn; những gì đã gửi sẽ về lại khi ghi danh."</p>
                <div class="buttons">
                    <button class="button" on:click=move |_| is_sure.set(false)>"Thôi"</button>
                    <button class="button danger" on:click=erase>"Xóa và bắt đầu lại"</button>
                </div>
                <p>{move || failure.get()}</p>
            </div>
        },
    };
    view! { <details><summary>"Cách khác"</summary>{body}</details> }
}

/// Two inputs that must agree.
#[derive(Clone, Copy)]
struct Twice {
    first: RwSignal<String>,
    second: RwSignal<String>,
    failure: RwSignal<String>,
    is_busy: RwSignal<bool>,
}

impl Twice {
    fn new() -> Self {
        Self {
            first: RwSignal::new(String::new()),
            second: RwSignal::new(String::new()),
            failure: RwSignal::new(String::new()),
            is_busy: RwSignal::new(false),
        }
    }

    /// What was typed, or what is wrong with it.
    fn agreed(self) -> Result<String, &'static str> {
        let (first, second) = (self.first.get_untracked(), self.second.get_untracked());
        match () {
            () if first.chars().count() < LETTERS_MIN => {
                Err("Cần ít nhất 6 số hoặc chữ. Cụm mật khẩu dài an toàn hơn PIN.")
            }
            () if first != second => Err("Hai lần nhập khác nhau. Nhập lại."),
            () => Ok(first),
        }
    }

    /// Does it with what was typed, once the screen says so.
    fn act<T: 'static>(
        self,
        act: impl AsyncFnOnce(String) -> Result<T, LockError> + 'static,
        then: impl FnOnce(T) + 'static,
    ) {
        if self.is_busy.get_untracked() {
            return;
        }
        let words = match self.agreed() {
            Ok(words) => words,
            Err(why) => return self.failure.set(why.to_owned()),
        };
        self.failure.set(String::new());
        self.is_busy.set(true);
        wasm_bindgen_futures::spawn_local(async move {
            TimeoutFuture::new(PAINTED_MS).await;
            let done = act(words).await;
            let_go(self.is_busy.try_set(false));
            match done {
                Ok(found) => then(found),
                Err(error) => let_go(self.failure.try_set(say(&error))),
            }
        });
    }

    fn inputs(self) -> AnyView {
        let input = |label: &'static str, name: &'static str, value: RwSignal<String>| {
            view! {
                <label class="field">
                    <span class="field-label">{label}</span>
                    <input name=name type="password" autocomplete="new-password" prop:value=value.get_untracked() on:input=move |ev| value.set(event_target_value(&ev)) />
                </label>
            }
        };
        view! {
            {input("PIN hoặc cụm mật khẩu mới", "new-words", self.first)}
            {input("Nhập lại", "new-words-again", self.second)}
            {move || (!self.failure.read().is_empty()).then(|| view! { <div class="banner bad" role="alert">{self.failure.get()}</div> })}
        }
    }
}

/// What there is to be known before a lock is set.
const BEFORE: &str = "Khóa niêm phong mọi thứ trên máy này: phiếu, bản nháp, phần chờ gửi. PIN 6 số đủ ngăn người cầm máy vài phút, \
    không chịu được người chép cả thư mục dữ liệu của trình duyệt đem dò; cụm vài từ thì chịu được. Quên PIN: mở bằng mã hiện ra ngay sau đây, \
    hoặc bằng mã mà người quản trị của xã giữ khi máy đã ghi danh. Không mất gì.";

pub(crate) fn settings(work: Work) -> AnyView {
    let lock: RwSignal<Option<Option<lock::State>>> = RwSignal::new(None);
    let load = move || {
        wasm_bindgen_futures::spawn_local(async move {
            // What cannot be read now is as if there were none: setting one then says what is wrong.
            let state = lock::state().await.unwrap_or_default();
            // The same again makes nothing anew: somebody may be typing.
            if lock
                .try_get_untracked()
                .is_some_and(|shown| shown.as_ref() != Some(&state))
            {
                let_go(lock.try_set(Some(state)));
            }
        });
    };
    let done = Memo::new(move |_| work.book.exchange.read().done_ms);
    Effect::new(move |_| {
        // With an exchange the administrator may have been given a code.
        done.get();
        load();
    });
    let code = RwSignal::new(None::<String>);
    let body = move || {
        if let Some(code) = code.get() {
            return shown_code(code);
        }
        match lock.get() {
            None => ().into_any(),
            Some(None) => set(work, code),
            Some(Some(state)) => there(work, &state, code, load),
        }
    };
    view! { <main class="page">{body}</main> }
}

fn set(work: Work, code: RwSignal<Option<String>>) -> AnyView {
    let twice = Twice::new();
    let set = move |_| {
        twice.act(
            async move |words| lock::set(work, &words).await,
            move |made| code.set(Some(made)),
        );
    };
    let label = move || match twice.is_busy.get() {
        true => "Đang khóa…",
        false => "Đặt khóa",
    };
    view! {
        <p>{BEFORE}</p>
        {twice.inputs()}
        <button class="button primary" id="set-lock" disabled=move || twice.is_busy.get() on:click=set>{icon("lock")}{label}</button>
    }
}

/// Shown once; the page is then opened anew, with the new PIN.
fn shown_code(code: String) -> AnyView {
    view! {
        <h2>"Mã mở khóa khi quên PIN"</h2>
        <div class="banner info" role="status"><p><strong id="recovery">{code}</strong></p></div>
        <p>"Chép mã này ra giấy, cất ở nơi khác máy. Mã chỉ hiện một lần; làm mã khác thì mã cũ hết tác dụng."</p>
        <button class="button primary" id="recovery-kept" on:click=|_| browser::reload()>"Tôi đã chép mã"</button>
        <button class="button" on:click=|_| browser::print()>{icon("print")}"In"</button>
    }
}

fn there(
    work: Work,
    state: &lock::State,
    code: RwSignal<Option<String>>,
    load: impl Fn() + Copy + Send + Sync + 'static,
) -> AnyView {
    let close = move |_| {
        wasm_bindgen_futures::spawn_local(async move {
            if !lock::close(work).await {
                work.book.say(words::NOT_KEPT, None);
            }
        });
    };
    let unit = match state.has_unit_code {
        true => "Người quản trị của xã giữ một mã mở được khóa này.",
        false => {
            "Chưa có mã nào ở người quản trị của xã: máy chưa ghi danh, hoặc chưa trao đổi từ khi đặt khóa."
        }
    };
    let idle = state.idle_min;
    let minutes = [(1, "1 phút"), (5, "5 phút"), (15, "15 phút"), (0, "Tắt")];
    let minutes = minutes.map(|(minutes, label)| {
        let choose = move |_| {
            wasm_bindgen_futures::spawn_local(async move {
                match lock::change_idle(minutes).await {
                    Ok(()) => load(),
                    Err(error) => work.book.say(say(&error), None),
                }
            });
        };
        view! { <button aria-pressed=(idle == minutes).to_string() data-idle=minutes.to_string() on:click=choose>{label}</button> }
    });
    view! {
        <button class="button primary" id="lock-now" on:click=close>{icon("lock")}"Khóa ngay"</button>
        <section class="card">
            <h2>"Tự khóa khi không dùng"</h2>
            <div class="segmented">{minutes}</div>
        </section>
        {change(work)}
        {device(work, state.has_device, load)}
        {codes(work, unit, code)}
        {take_away(work)}
    }
}

fn change(work: Work) -> AnyView {
    let twice = Twice::new();
    let change = move |_| {
        twice.act(
            async move |words| lock::change_words(&words).await,
            move |()| {
                twice.first.set(String::new());
                twice.second.set(String::new());
                work.book
                    .say("Đã đổi. Lần mở sau dùng PIN hoặc cụm mật khẩu mới.", None);
            },
        );
    };
    view! {
        <details class="card">
            <summary>"Đổi PIN hoặc cụm mật khẩu"</summary>
            {twice.inputs()}
            <button class="button" id="change-lock" disabled=move || twice.is_busy.get() on:click=change>"Đổi"</button>
        </details>
    }
}

fn codes(work: Work, unit: &'static str, code: RwSignal<Option<String>>) -> AnyView {
    let renew = move |_| {
        wasm_bindgen_futures::spawn_local(async move {
            match lock::change_code().await {
                Ok(made) => let_go(code.try_set(Some(made))),
                Err(error) => work.book.say(say(&error), None),
            }
        });
    };
    view! {
        <section class="card">
            <h2>"Quên PIN"</h2>
            <p id="unit-code">{unit}</p>
            <button class="button" id="renew-code" on:click=renew>"Làm mã mở khóa khác"</button>
        </section>
    }
}

fn take_away(work: Work) -> AnyView {
    let is_sure = RwSignal::new(false);
    let act = move |_| {
        wasm_bindgen_futures::spawn_local(async move {
            match lock::take_away(work).await {
                Ok(()) => browser::reload(),
                Err(error) => work.book.say(say(&error), None),
            }
        });
    };
    let body = move || match is_sure.get() {
        false => {
            view! { <button class="button danger" id="drop-lock" on:click=move |_| is_sure.set(true)>"Bỏ khóa…"</button> }
        }
        true => view! {
            <div class="banner warn">"Bỏ khóa thì ai cầm máy này đều đọc được sổ."</div>
            <div class="buttons">
                <button class="button" on:click=move |_| is_sure.set(false)>"Thôi, giữ khóa"</button>
                <button class="button danger" id="drop-lock-now" on:click=act>"Bỏ khóa"</button>
            </div>
        },
    };
    view! { <section class="card">{body}</section> }
}
