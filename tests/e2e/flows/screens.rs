//! The main screens as they look: nothing sticks out sideways, and pictures when somebody wants them.

use std::{collections::BTreeSet, env, fs, path::PathBuf};

use crate::{
    harness::{
        browser::{PHONE, Profile},
        static_host::StaticHost,
        turn,
    },
    screens::{App, write::Reception},
};

const DESK: (u32, u32) = (1280, 800);

/// Name of a picture, and route; `{…}` stands for what `furnish` made.
pub(crate) const SCREENS: &[(&str, &str)] = &[
    ("hom-nay", "/"),
    ("ghi", "/ghi"),
    ("nhap", "{draft}"),
    ("phieu", "{record}"),
    ("so", "/so"),
    ("so-tiep-cong-dan", "/so/tiep_cong_dan"),
    ("mau-chuong-trinh", "/chuong-trinh/mau"),
    ("cac-chuong-trinh", "/chuong-trinh"),
    ("chuong-trinh", "{programme}"),
    ("viec", "/viec"),
    ("dan-van-kheo", "/dan-van-kheo"),
    ("dan-chu", "/dan-chu"),
    ("khen-thuong", "/khen-thuong"),
    ("don-vi", "/don-vi"),
    ("ban-giao", "/ban-giao"),
    ("gop-phieu", "{record}/gop"),
    ("bao-cao", "/bao-cao"),
    ("in-so", "/so/tiep_cong_dan/in"),
    ("dong-bo", "/dong-bo"),
    ("chuyen-ho", "/chuyen-ho"),
    ("cai-dat", "/cai-dat"),
    ("huong-dan", "/huong-dan"),
];

/// Pictures in every look; of the other screens, one on a phone and one on a desk.
const IN_EVERY_LOOK: &[&str] = &["hom-nay", "nhap", "phieu", "chuong-trinh"];

/// Routes of what is in a furnished notebook.
pub(crate) struct Places {
    draft: String,
    record: String,
    programme: String,
}

impl Places {
    /// The route, and an element that is there once its page is.
    pub(crate) fn resolve(&self, route: &str) -> (String, &'static str) {
        match route {
            "{draft}" => (self.draft.clone(), "#save"),
            "{record}" => (self.record.clone(), ".kv"),
            "{record}/gop" => (format!("{}/gop", self.record), "main a.row"),
            "{programme}" => (self.programme.clone(), "button.tick"),
            "/so/tiep_cong_dan" => (route.to_owned(), "a.row"),
            "/chuong-trinh/mau" => (route.to_owned(), "[data-template]"),
            "/dong-bo" => (route.to_owned(), "#export"),
            "/cai-dat" => (route.to_owned(), "#erase"),
            "/ghi" => (route.to_owned(), "a.tile"),
            // The page that says that another is on its way is in the middle.
            _ => (route.to_owned(), "main:not(.middle)"),
        }
    }
}

/// A notebook that somebody has worked in for a morning.
pub(crate) async fn furnish(app: &App) -> Places {
    let receptions = [
        (
            "Nguyễn Thị Hòa",
            "Đề nghị sửa kênh thủy lợi nội đồng thôn 2, nước không vào được ruộng của 6 hộ",
        ),
        (
            "Trần Văn Đức",
            "Phản ánh bãi rác tự phát cạnh trường mầm non",
        ),
        (
            "Ksor H’Bia",
            "Xin xác nhận để vay vốn Ngân hàng Chính sách xã hội",
        ),
    ];
    let mut record = String::new();
    for (citizen, matter) in receptions {
        record = app.record_reception(&Reception::new(citizen, matter)).await;
    }
    let programme = app.start_programme("cv-651-bdvtw-2022").await;
    app.tick_a_task().await;
    let draft = app.begin_record("tiep_cong_dan").await;
    app.fill_reception(&Reception::new("Lê Thị Sen", "Kiến nghị mở lại chợ phiên"))
        .await;
    app.draft_is_kept().await;
    let route = |hash: String| hash.trim_start_matches('#').to_owned();
    Places {
        draft: route(draft),
        record: route(record),
        programme: route(programme),
    }
}

struct Look {
    name: &'static str,
    size: (u32, u32),
    scheme: &'static str,
    text: &'static str,
}

const LOOKS: &[Look] = &[
    Look {
        name: "sang",
        size: PHONE,
        scheme: "light",
        text: "normal",
    },
    Look {
        name: "toi",
        size: PHONE,
        scheme: "dark",
        text: "normal",
    },
    Look {
        name: "chu-to",
        size: PHONE,
        scheme: "light",
        text: "large",
    },
    Look {
        name: "may-ban",
        size: DESK,
        scheme: "light",
        text: "normal",
    },
];

#[tokio::test]
async fn main_screens_fit_a_phone_and_a_desk() {
    let _turn = turn().await;
    let pictures = env::var_os("SO_TAY_SHOTS").map(PathBuf::from);
    let host = StaticHost::start();
    let profile = Profile::new("screens");
    let app = App::begin(&profile, &host.url()).await;
    let places = furnish(&app).await;
    let mut too_wide = Vec::new();
    let mut twice = BTreeSet::new();
    for look in LOOKS {
        app.browser.resize(look.size).await;
        app.browser.prefer(look.scheme).await;
        let keep = "localStorage.setItem('so-tay.text', arguments[0])";
        app.browser.js(keep, vec![look.text.into()]).await.unwrap();
        app.reload().await;
        for (name, route) in SCREENS {
            let (route, landmark) = places.resolve(route);
            app.go(&route).await;
            app.browser.see(landmark, "").await;
            let width =
                "const page = document.documentElement; return page.scrollWidth - page.clientWidth";
            let over = app.browser.js(width, Vec::new()).await.unwrap();
            if over != 0 {
                too_wide.push(format!("{name} ({}) by {over} px", look.name));
            }
            twice.extend(app.ids_there_twice().await);
            let is_wanted = matches!(look.name, "sang" | "may-ban") || IN_EVERY_LOOK.contains(name);
            if let Some(folder) = pictures.as_ref().filter(|_| is_wanted) {
                fs::create_dir_all(folder).unwrap();
                app.browser
                    .picture(&folder.join(format!("{name}-{}.png", look.name)))
                    .await;
            }
        }
    }
    assert!(
        too_wide.is_empty(),
        "sticks out sideways: {}",
        too_wide.join(", ")
    );
    app.browser.close().await;
}
