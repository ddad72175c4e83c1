//! Chuyển hộ from one screen to another's camera. Of Chromium alone: its camera can be a film.

use std::{fs, io::Write as _, path::Path};

use crate::{
    harness::{browser::Profile, endpoint::Endpoint, folder::Folder, line::Line, turn},
    screens::{App, carry::Code, write::Reception},
};

const WIDTH: usize = 640;
const HEIGHT: usize = 480;

#[tokio::test]
async fn codes_on_one_screen_are_read_by_the_camera_of_another_phone() {
    let _turn = turn().await;
    let mut endpoint = Endpoint::start().await;
    let folder = Folder::new("film");
    let film = folder.path().join("film.y4m");
    let author = Profile::new("shows");
    // It is not enrolled yet: whoever comes along can carry.
    let carrier = Profile::with_camera("films", &film);
    let line = Line::to(endpoint.port()).await;
    let app = App::begin(&author, &line.url()).await;
    app.enrol_at(&line.url(), endpoint.key()).await;
    app.knows_the_key().await;
    let bringer = App::begin(&carrier, &endpoint.url()).await;
    bringer.browser.close().await;
    endpoint.kill();
    line.turn(false);

    let names = ["Nguyễn Thị Đoàn", "Trần Văn Bé", "K'Brệ"];
    for name in names {
        let matter = format!("Đề nghị của {name}: sửa đường liên thôn trước Tết");
        app.record_reception(&Reception::new(name, &matter)).await;
    }
    let codes = app.give_codes().await;
    assert!(codes.len() > 2, "{} codes", codes.len());
    write_film(&film, &codes);

    let bringer = App::open(&carrier, &endpoint.url()).await;
    bringer.is_open().await;
    let says = bringer.take_codes().await;
    assert!(says.contains("Đã nhận gói 3 lần ghi"), "{says}");
    bringer.carries("chờ mạng").await;
    bringer.browser.kill().await;

    endpoint.restart().await;
    let bringer = App::open(&carrier, &endpoint.url()).await;
    bringer.is_open().await;
    bringer.carries("chờ mạng").await;
    bringer.enrol(&endpoint).await;
    bringer.carries("3 mới, 0 đã có").await;
    line.turn(true);
    app.is_all_sent_in_the_end().await;
    let carried = endpoint.carried();
    assert!(carried.contains("mang 3 thay đổi của máy"), "{carried}");
    bringer.browser.close().await;
    app.browser.close().await;
}

/// What a camera in a hand sees of a screen: turned and near or far, each time a little otherwise, grey instead of black
/// and white, with noise. Ten pictures a second, each code for three of them (YUV4MPEG2).
fn write_film(file: &Path, codes: &[Code]) {
    let mut film = std::io::BufWriter::new(fs::File::create(file).unwrap());
    writeln!(film, "YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg").unwrap();
    let mut chance: u32 = 1;
    for code in codes.iter().cycle().take(codes.len() * 7) {
        for _ in 0..3 {
            film.write_all(b"FRAME\n").unwrap();
            film.write_all(&picture(code, &mut chance)).unwrap();
            film.write_all(&vec![128; WIDTH * HEIGHT / 2]).unwrap();
        }
    }
    film.flush().unwrap();
}

fn picture(code: &Code, chance: &mut u32) -> Vec<u8> {
    let mut dark = vec![false; code.side * code.side];
    for (x, y) in &code.dark {
        dark[y * code.side + x] = true;
    }
    // So many parts in a hundred turned; the code and its margin fill so much of the height.
    *chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    let (turn, part) = (
        i64::from(*chance >> 28),
        i64::from(80 + (*chance >> 24) % 14),
    );
    let whole = i64::try_from(code.side).unwrap() + 8;
    let size = i64::try_from(HEIGHT).unwrap() * part / 100;
    let square = |along: i64| {
        let at = (along * whole + size * 100 * whole / 2) / (size * 100) - 4;
        usize::try_from(at).ok().filter(|at| *at < code.side)
    };
    let from_middle =
        |at: usize, length: usize| i64::try_from(at).unwrap() - i64::try_from(length / 2).unwrap();
    let mut points = Vec::with_capacity(WIDTH * HEIGHT);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let (x, y) = (from_middle(x, WIDTH), from_middle(y, HEIGHT));
            let place = square(x * 100 + y * turn).zip(square(y * 100 - x * turn));
            let is_dark = place.is_some_and(|(u, v)| dark[v * code.side + u]);
            *chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [noise, ..] = chance.to_be_bytes();
            points.push(if is_dark { 40 } else { 190 } + noise / 8);
        }
    }
    points
}
