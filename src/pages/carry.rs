//! Chuyển hộ: what waits here goes with another phone, sealed; what another sealed goes with this one.

use gloo_timers::{callback::Interval, future::TimeoutFuture};
use leptos::prelude::*;
use records::parcel::{Bag, BagError, Frames, Seen};

use crate::{
    browser::{
        camera::{Awake, Camera, CameraError},
        files as device, let_go,
    },
    markup::view,
    parts::icon::icon,
    state::undo,
    words,
    work::{
        Work,
        courier::{self, Carried, Courier, Given},
        parcels::{self, CarryError},
    },
};

/// The video of the camera.
const VIDEO: &str = "carry-camera";
/// How long a code stays: three a second, no more than a light may flash (WCAG 2.3.1).
const FRAME_MS: u32 = 350;
/// For a camera that is slow to see.
const SLOW_MS: u32 = 900;
/// Between two looks of the camera.
const LOOK_MS: u32 = 40;
/// Beyond these codes a run takes more than a minute: a file is better.
const FRAMES_MANY: usize = 150;

pub(crate) fn page(work: Work) -> AnyView {
    let kept = RwSignal::new(Courier::default());
    Effect::new(move |_| {
        work.book.carried.get();
        wasm_bindgen_futures::spawn_local(async move {
            // What cannot be read now shows with the next change.
            if let Ok((courier, _)) = work.tools().store.courier().await {
                let_go(kept.try_set(courier));
            }
        });
    });
    // While one screen is held to another there is nothing else on it.
    let (frames, reading) = (RwSignal::new(None), RwSignal::new(Reading::Off));
    let is_shown = move || frames.read().is_some();
    let is_read = move || reading.get() != Reading::Off;
    let is_either = move || is_shown() || is_read();
    view! {
        <main class="page">
            <p class="hint" prop:hidden=is_either>"Máy này không có mạng mà máy kia sắp có: nhờ máy kia mang hộ. Gói được niêm phong, chỉ máy chủ của xã mở được; trên đường đi không ai đọc được. Mọi lần ghi vẫn ở nguyên trên máy này."</p>
            <section class="card" prop:hidden=is_read>{give(work, frames)}</section>
            <section class="card" prop:hidden=is_shown>{take(work, reading)}</section>
            <div class="group" prop:hidden=is_either>{carried(work, kept)}{given(work, kept)}</div>
        </main>
    }
}

fn say_error(error: &CarryError) -> String {
    let say = match error {
        CarryError::Nothing => "Không có lần ghi nào chờ gửi.",
        CarryError::NoKey => {
            "Máy này chưa nhận khóa niêm phong của máy chủ. Hãy trao đổi với máy chủ một lần khi có mạng; từ đó dùng được không cần mạng."
        }
        CarryError::Elsewhere => {
            "Gói này niêm phong cho máy chủ khác, máy này không giao được. Hãy nhờ người dùng máy chủ của gói."
        }
        CarryError::Own => {
            "Gói này do chính máy này niêm phong. Hãy mở Chuyển hộ trên máy kia rồi nhận ở đó."
        }
        CarryError::Bag(BagError::Foreign) => {
            "Đây không phải gói Chuyển hộ, hoặc gói đã hỏng. Không có gì thay đổi trên máy."
        }
        CarryError::Bag(BagError::Newer(_)) => {
            "Gói do bản ứng dụng mới hơn làm. Hãy cập nhật ứng dụng rồi nhận lại."
        }
        CarryError::Seal(_) => {
            "Trình duyệt chưa niêm phong được. Mọi lần ghi vẫn ở trên máy; hãy mở bằng Chrome hoặc Safari bản mới."
        }
        CarryError::Store(error) => return words::store_error(error),
    };
    say.to_owned()
}

// From here to another.

fn give(work: Work, frames: RwSignal<Option<Vec<String>>>) -> AnyView {
    let book = work.book;
    let is_busy = RwSignal::new(false);
    let make = move |then: fn(Work, Bag, RwSignal<Option<Vec<String>>>)| {
        is_busy.set(true);
        wasm_bindgen_futures::spawn_local(async move {
            let made = parcels::seal_waiting(work).await;
            let_go(is_busy.try_set(false));
            match made {
                Ok(bag) => then(work, bag, frames),
                Err(error) => book.say(say_error(&error), None),
            }
        });
    };
    let state = move || {
        let (waiting, _) = book.outbox();
        let has_endpoint = book.me.with(|me| !me.endpoint.is_empty());
        // The key comes with an exchange.
        let has_key = book
            .exchange
            .with(|_| !work.tools().profile.borrow().seal.is_empty());
        match (has_endpoint, has_key, waiting) {
            (false, ..) => {
                view! { <p>"Sổ tay chưa nối máy chủ của xã nên chưa có nơi để gửi."</p><a class="button" href="#/ket-noi">"Nối máy chủ của xã"</a> }
            }
            (_, false, _) => view! { <p>{say_error(&CarryError::NoKey)}</p> },
            (_, _, 0) => view! { <p>{say_error(&CarryError::Nothing)}</p> },
            (..) => {
                let share = device::can_share().then(|| {
                    view! { <button class="button" id="give-share" disabled=move || is_busy.get() on:click=move |_| make(|work, bag, _| send(work, &bag, true))>{icon("share")}"Gửi qua ứng dụng khác"</button> }
                });
                view! {
                    <p>{words::waiting(waiting)}</p>
                    <div class="buttons">
                        <button class="button primary" id="give-codes" disabled=move || is_busy.get() on:click=move |_| make(show)>{icon("phone")}"Hiện mã QR"</button>
                        {share}
                        <button class="button" id="give-file" disabled=move || is_busy.get() on:click=move |_| make(|work, bag, _| send(work, &bag, false))>{icon("download")}"Lưu thành tệp"</button>
                    </div>
                }
            }
        }
    };
    let shown = move || match frames.get() {
        Some(texts) => codes(texts, frames),
        None => view! { <h2>"Nhờ máy khác mang hộ"</h2>{state()} },
    };
    view! { {shown} }
}

fn send(work: Work, bag: &Bag, by_share: bool) {
    let ready = parcels::as_file(bag);
    wasm_bindgen_futures::spawn_local(async move {
        let is_out = if by_share {
            ready.share().await
        } else {
            ready.download()
        };
        if is_out {
            work.book.say(
                format!(
                    "Đã niêm phong ra tệp {}. Máy kia mở Chuyển hộ, chọn tệp này.",
                    ready.name
                ),
                None,
            );
        }
    });
}

fn show(_work: Work, bag: Bag, frames: RwSignal<Option<Vec<String>>>) {
    wasm_bindgen_futures::spawn_local(async move {
        let texts = parcels::as_frames(&bag).await;
        let_go(frames.try_set(Some(texts)));
    });
}

/// The run of codes, again and again until somebody says that the other phone has it.
fn codes(texts: Vec<String>, frames: RwSignal<Option<Vec<String>>>) -> AnyView {
    let count = texts.len();
    let (at, is_slow) = (RwSignal::new(0), RwSignal::new(false));
    let clock = StoredValue::new_local(None::<Interval>);
    Effect::new(move |_| {
        let wait_ms = if is_slow.get() { SLOW_MS } else { FRAME_MS };
        let next = Interval::new(wait_ms, move || {
            let_go(at.try_update(|at| *at = (*at + 1) % count));
        });
        clock.set_value(Some(next));
    });
    let awake = StoredValue::new_local(None::<Awake>);
    wasm_bindgen_futures::spawn_local(async move {
        let asked = Awake::ask().await;
        // Nobody looks any more: it is let go at once.
        let_go(awake.try_set_value(asked));
    });
    let side = texts
        .first()
        .and_then(|text| parcels::code(text, None))
        .map(|(_, side)| side);
    let shown = move || {
        let at = at.get();
        let code = texts.get(at).and_then(|text| parcels::code(text, side));
        let (path, side) = code.unwrap_or_default();
        let around = format!("-4 -4 {0} {0}", side + 8);
        view! {
            <svg class="code" viewBox=around role="img" aria-label=format!("Mã {}/{count}", at + 1)><path d=path></path></svg>
            <p id="give-count">{format!("Mã {}/{}", words::count(at + 1), words::count(count))}</p>
        }
    };
    let many = (count > FRAMES_MANY).then(|| {
        view! { <p class="banner warn">"Gói lớn, quét hết mã mất hơn một phút. Gửi bằng tệp nhanh hơn."</p> }
    });
    let slow = move || {
        if is_slow.get() {
            "Nhanh lại"
        } else {
            "Chậm lại"
        }
    };
    view! {
        {shown}
        <div class="buttons">
            <button class="button primary" id="give-done" on:click=move |_| frames.set(None)>"Xong"</button>
            <button class="button" on:click=move |_| is_slow.update(|slow| *slow = !*slow)>{slow}</button>
        </div>
        {many}
        <p class="hint">"Trên máy kia: mở Đồng bộ, Chuyển hộ, Quét mã QR, đưa camera vào mã đến khi máy kia báo đã nhận. Mã tự chạy lại từ đầu."</p>
    }
}

// From another to here.

/// What the camera has read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Off,
    Opening,
    /// So many of so many.
    On(usize, usize),
}

fn take(work: Work, reading: RwSignal<Reading>) -> AnyView {
    let note = RwSignal::new(String::new());
    let result = move |came: Result<parcels::Came, CarryError>| {
        let say = match came {
            Ok(came) if came.fresh == 0 => "Gói này đã nhận từ trước.".to_owned(),
            Ok(came) => format!(
                "Đã nhận gói {} lần ghi. Máy này sẽ gửi cho máy chủ khi có mạng.",
                words::count(usize::try_from(came.changes).unwrap_or_default())
            ),
            Err(error) => say_error(&error),
        };
        let_go(note.try_set(say));
    };
    let scan = move |_| {
        if reading.get_untracked() != Reading::Off {
            return reading.set(Reading::Off);
        }
        reading.set(Reading::Opening);
        note.set(String::new());
        wasm_bindgen_futures::spawn_local(async move {
            match read_run(reading, note).await {
                Ok(Some(bytes)) => result(parcels::take_in(work, &bytes).await),
                Ok(None) => {}
                Err(error) => let_go(note.try_set(camera_error(error).to_owned())),
            }
            let_go(reading.try_set(Reading::Off));
        });
    };
    let chosen = move |event| {
        let file = device::chosen(&event);
        note.set("Đang đọc tệp…".to_owned());
        wasm_bindgen_futures::spawn_local(async move {
            match file.await {
                Some(bytes) => result(parcels::take_in(work, &bytes).await),
                None => let_go(note.try_set(String::new())), // the person chose none
            }
        });
    };
    let is_open = Memo::new(move |_| reading.get() != Reading::Off);
    let label = move || {
        if is_open.get() {
            "Dừng quét"
        } else {
            "Quét mã QR"
        }
    };
    view! {
        <h2>"Mang hộ máy khác"</h2>
        <p class="hint" prop:hidden=move || is_open.get()>"Nhận gói của máy kia; khi máy này có mạng, gói tự đi cùng lần trao đổi sau."</p>
        {move || is_open.get().then(|| camera(reading))}
        <p id="take-result" role="status">{move || note.get()}</p>
        <div class="buttons"><button class="button primary" id="take-codes" on:click=scan>{icon("search")}{label}</button></div>
        <label class="field" prop:hidden=move || is_open.get()>
            <span class="field-label">"Hoặc chọn tệp gói"</span>
            <input id="take-file" type="file" accept=".json,application/json" on:change=chosen />
        </label>
    }
}

/// What the camera sees, and how much of the run was read.
fn camera(reading: RwSignal<Reading>) -> AnyView {
    let progress = move || match reading.get() {
        Reading::Off | Reading::On(_, 0) => String::new(),
        Reading::Opening => "Đang mở camera…".to_owned(),
        Reading::On(here, all) => format!("Đã đọc {}/{} mã", words::count(here), words::count(all)),
    };
    let part = move || match reading.get() {
        Reading::On(here, all) if all > 0 => format!("{}%", here * 100 / all),
        Reading::Off | Reading::Opening | Reading::On(..) => "0%".to_owned(),
    };
    view! {
        <video class="camera" id=VIDEO playsinline="" muted=""></video>
        <div class="progress"><div class="meter"><i style:width=part></i></div><p id="take-count" role="status">{progress}</p></div>
    }
}

fn camera_error(error: CameraError) -> &'static str {
    match error {
        CameraError::Missing => {
            "Máy này không có camera dùng được, hoặc trang không mở bằng https. Hãy nhận bằng tệp."
        }
        CameraError::Busy => {
            "Camera đang do ứng dụng khác dùng hoặc chưa sẵn sàng. Đóng ứng dụng đó rồi quét lại, hoặc nhận bằng tệp."
        }
        CameraError::Refused => {
            "Trình duyệt chưa cho dùng camera. Cho phép camera ở biểu tượng cạnh địa chỉ trang rồi quét lại, hoặc nhận bằng tệp."
        }
    }
}

/// Looks through the camera until a run is whole; none when the person stopped or left.
async fn read_run(
    reading: RwSignal<Reading>,
    note: RwSignal<String>,
) -> Result<Option<Vec<u8>>, CameraError> {
    let camera = Camera::open(VIDEO).await?;
    let mut frames = Frames::default();
    let is_wanted = || {
        reading
            .try_get_untracked()
            .is_some_and(|state| state != Reading::Off)
    };
    if is_wanted() {
        reading.set(Reading::On(0, 0));
    }
    while is_wanted() {
        let texts = match camera.picture() {
            Some((width, height, grey)) => parcels::read_codes(width, height, &grey),
            None => Vec::new(),
        };
        for text in texts {
            let (here, all) = match frames.take(&text) {
                Seen::Foreign => {
                    note.set("Mã này không phải mã Chuyển hộ.".to_owned());
                    continue;
                }
                Seen::Part(here, all) => (here, all),
            };
            if reading.get_untracked() != Reading::On(here, all) {
                note.set(String::new());
                reading.set(Reading::On(here, all));
            }
            if let Some(bytes) = frames.whole() {
                return Ok(Some(bytes));
            }
            if here == all {
                frames = Frames::default(); // two runs in one: from the beginning
            }
        }
        TimeoutFuture::new(LOOK_MS).await;
    }
    Ok(None)
}

// What was.

fn carried(work: Work, kept: RwSignal<Courier>) -> AnyView {
    let list = move || {
        let rows: Vec<AnyView> = kept.with(|courier| {
            let newest = courier.carried.iter().rev();
            newest.map(|carried| parcel_row(work, carried)).collect()
        });
        (!rows.is_empty()).then(|| {
            view! { <h2 class="section-title">"Gói đang mang và đã giao"</h2><div class="card-list" id="carried">{rows}</div> }
        })
    };
    view! { {list} }
}

fn parcel_row(work: Work, carried: &Carried) -> AnyView {
    let parcel = &carried.parcel;
    let short = format!("{:08x}", parcel.device.short());
    let title = format!("{} lần ghi của máy {short}", parcel.count);
    let came = words::moment(carried.came_ms);
    let sub = match (&carried.receipt, &carried.refused) {
        (Some(receipt), _) => {
            let mut say = format!(
                "Máy chủ nhận lúc {}: {} mới, {} đã có",
                words::moment(receipt.now),
                receipt.taken,
                receipt.had
            );
            if receipt.held + receipt.refused > 0 {
                say.push_str(&format!(
                    ", {} để riêng, {} từ chối (máy ghi sẽ thấy lý do)",
                    receipt.held, receipt.refused
                ));
            }
            let hash: String = receipt.hash.chars().take(12).collect();
            format!("{say}. Biên nhận {hash}")
        }
        (None, Some(why)) => why.clone(),
        (None, None) => format!("Nhận {came}, chờ mạng để gửi"),
    };
    let is_refused = carried.refused.is_some();
    let again = is_refused.then(|| {
        let key = parcel.key.clone();
        let again = move |_| {
            let key = key.clone();
            wasm_bindgen_futures::spawn_local(async move {
                if let Err(error) = parcels::try_again(work, &key).await {
                    work.book.say(words::store_error(&error), None);
                }
            });
        };
        view! { <button class="button small" on:click=again>"Gửi lại"</button> }
    });
    let drop = carried.receipt.is_none().then(|| {
        let carried = carried.clone();
        let drop = move |_| put_down(work, carried.clone());
        view! { <button class="button small danger" on:click=drop>"Bỏ gói"</button> }
    });
    view! {
        <div class="row">
            <span class="row-main"><span class="row-title">{title}</span><span class="row-sub">{sub}</span><span class="chips">{again}{drop}</span></span>
        </div>
    }
}

/// The author still has everything; a slip of the finger is taken back all the same.
fn put_down(work: Work, carried: Carried) {
    wasm_bindgen_futures::spawn_local(async move {
        if let Err(error) = parcels::drop_parcel(work, &carried.parcel.key).await {
            return work.book.say(words::store_error(&error), None);
        }
        let back = undo(move || {
            let carried = carried.clone();
            wasm_bindgen_futures::spawn_local(async move {
                let put = |courier: &mut Courier| {
                    let is_same = |other: &Carried| other.parcel.key == carried.parcel.key;
                    if !courier.carried.iter().any(is_same) {
                        courier.carried.push(carried.clone());
                    }
                };
                if let Err(error) = courier::change(work, put).await {
                    work.book.say(words::store_error(&error), None);
                }
            });
        });
        let say = "Đã bỏ gói. Máy ghi, nếu còn, vẫn giữ đủ và sẽ tự gửi.";
        work.book.say(say, Some(back));
    });
}

fn given(work: Work, kept: RwSignal<Courier>) -> AnyView {
    let book = work.book;
    let list = move || {
        let rows: Vec<AnyView> = kept.with(|courier| {
            let row = |given: &Given| {
                let waits = book.read(|data| {
                    let is_given = |id: &records::id::ChangeId| given.ids.contains(id);
                    data.replica.waiting().filter(is_given).count()
                });
                let sub = match waits {
                    0 => "Máy chủ đã trả lời đủ.".to_owned(),
                    n => format!("Còn {} lần ghi máy chủ chưa xác nhận với máy này.", words::count(n)),
                };
                let title = format!("{} lần ghi, niêm phong {}", words::count(given.ids.len()), words::moment(given.made_ms));
                view! { <div class="row"><span class="row-main"><span class="row-title">{title}</span><span class="row-sub">{sub}</span></span></div> }
            };
            courier.given.iter().rev().map(row).collect()
        });
        (!rows.is_empty()).then(|| {
            view! { <h2 class="section-title">"Đã nhờ mang hộ"</h2><div class="card-list" id="given">{rows}</div> }
        })
    };
    view! { {list} }
}
