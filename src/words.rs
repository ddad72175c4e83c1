//! Every sentence a person reads that does not come from the catalogue, and errors as sentences. No logic.

use records::{change::ChangeError, date};

use crate::{net::NetError, store::StoreError};

pub(crate) const APP: &str = "Sổ tay Dân vận";

pub(crate) const TWO_DRAFTS: &str =
    "Bản nháp này đang mở ở cửa sổ khác. Bản của cửa sổ này được giữ riêng.";
pub(crate) const PART_MISSING: &str =
    "Phần này chưa tải về máy. Nối mạng rồi bấm Thử lại. Mọi thứ đã ghi vẫn ở trên máy.";
pub(crate) const NOT_KEPT: &str = "Bản nháp chưa giữ được trên máy, đừng đóng sổ tay.";
pub(crate) const KEEPING: &str = "Đang giữ bản nháp…";

pub(crate) fn saved_at(ms: u64) -> String {
    format!("Đã lưu trên máy lúc {}.", date::clock(ms))
}

pub(crate) fn draft_kept_at(ms: u64) -> String {
    format!("Đã giữ bản nháp lúc {}.", date::clock(ms))
}

pub(crate) fn waiting(count: usize) -> String {
    format!("Chờ gửi {count} mục, sẽ tự gửi khi có mạng.")
}

pub(crate) fn not_enrolled(count: usize) -> String {
    if count == 0 {
        "Lưu trên máy này. Chưa nối máy chủ.".to_owned()
    } else {
        format!("Đã lưu {} lần ghi. Chưa nối máy chủ.", self::count(count))
    }
}

pub(crate) fn all_sent(ms: u64) -> String {
    format!("Đã gửi hết lúc {}.", date::clock(ms))
}

pub(crate) fn refused(count: usize) -> String {
    format!("Máy chủ để riêng hoặc từ chối {count} mục. Mục vẫn ở trên máy này. Xem Đồng bộ.")
}

/// A count as people here write it: `1.234`.
pub(crate) fn count(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

/// How a due date stands to today, and how grave that is.
pub(crate) fn due(due: &str, today: &str) -> (String, &'static str) {
    let days = date::parse(due)
        .zip(date::parse(today))
        .map(|(due, today)| due - today);
    match days {
        None => (String::new(), ""),
        Some(0) => ("Hạn hôm nay".to_owned(), "warn"),
        Some(days) if days < 0 => (format!("Quá hạn {} ngày", -days), "bad"),
        Some(days) if days <= 7 => (format!("Còn {days} ngày"), "warn"),
        Some(_) => (format!("Hạn {}", date::for_people(due)), ""),
    }
}

/// Bytes as people read them, with one digit after the comma from a megabyte on.
pub(crate) fn bytes(n: u64) -> String {
    const MEGA: u64 = 1_048_576;
    let tenths = |unit: u64, name: &str| {
        let tenths = n.saturating_mul(10) / unit;
        format!("{},{} {name}", tenths / 10, tenths % 10)
    };
    match n {
        0..MEGA => format!("{} KB", n / 1_024),
        MEGA..1_073_741_824 => tenths(MEGA, "MB"),
        _ => tenths(1_073_741_824, "GB"),
    }
}

pub(crate) fn store_error(error: &StoreError) -> String {
    match error {
        StoreError::Missing(_) => "Trình duyệt không cho lưu trên máy (có thể đang ở cửa sổ ẩn danh). Hãy mở bằng cửa sổ thường của Chrome hoặc Safari.".to_owned(),
        StoreError::Newer => "Dữ liệu trên máy do bản ứng dụng mới hơn ghi. Không đụng vào dữ liệu. Hãy tải lại trang để lấy bản mới.".to_owned(),
        StoreError::Locked => "Sổ đang khóa.".to_owned(),
        StoreError::Full => "Bộ nhớ máy đã đầy nên chưa lưu được. Nội dung vẫn còn trên màn hình. Hãy xóa bớt ảnh, tệp trong máy rồi bấm Lưu lại, hoặc vào Đồng bộ để xuất tệp.".to_owned(),
        StoreError::Moved => "Một cửa sổ khác của sổ tay vừa ghi cùng lúc. Nội dung vẫn còn trên màn hình, bấm Lưu lại.".to_owned(),
        StoreError::Seal(_) => "Không mở được dữ liệu đã niêm phong trên máy này. Dữ liệu vẫn ở nguyên chỗ cũ.".to_owned(),
        StoreError::Unreadable(_) => "Dữ liệu trên máy có chỗ hỏng nên chưa đọc được. Không có gì bị xóa.".to_owned(),
        StoreError::Browser(name, _) => format!("Trình duyệt chưa lưu được ({name}). Nội dung vẫn còn trên màn hình, bấm Lưu lại; nếu vẫn không được, tải lại trang."),
    }
}

pub(crate) fn change_error(error: &ChangeError) -> String {
    match error {
        ChangeError::TooLarge(_) | ChangeError::TooManyPaths(_) => {
            "Phiếu quá dài cho một lần lưu. Nội dung vẫn còn trên màn hình; hãy tách thành hai phiếu.".to_owned()
        }
        ChangeError::TooDeep
        | ChangeError::Unreadable(_)
        | ChangeError::Path(_)
        | ChangeError::TwiceInOne(_) => "Chưa lưu được phiếu này. Nội dung vẫn còn trên màn hình.".to_owned(),
    }
}

pub(crate) fn net_error(error: &NetError) -> String {
    match error {
        NetError::Silent => "Chưa liên lạc được với máy chủ. Mọi thứ vẫn lưu trên máy này.".to_owned(),
        NetError::Foreign => "Địa chỉ này không phải máy chủ của sổ tay. Kiểm tra lại địa chỉ.".to_owned(),
        NetError::Problem(problem, _) => match problem.code.as_str() {
            "khoa_sai" => "Máy chủ không nhận khóa của máy này. Dữ liệu vẫn ở trên máy; hãy xin mã ghi danh mới rồi nối lại trong Cài đặt.".to_owned(),
            "ma_khong_dung" => problem.detail.clone(),
            "khong_co" => "Máy chủ không có mục này: có thể vừa bị bỏ, hoặc máy ấy chưa gửi.".to_owned(),
            "giao_thuc" => "Máy chủ cần bản ứng dụng khác. Hãy cập nhật ứng dụng; dữ liệu vẫn ở trên máy.".to_owned(),
            "ban" => "Máy chủ đang bận, sẽ tự gửi lại.".to_owned(),
            _ => format!("Máy chủ báo: {}", problem.detail),
        },
    }
}

/// The endpoint lets this device in no more.
pub(crate) const SHUT_OUT: &str =
    "Máy này đã bị thu hồi. Những gì trên máy vẫn còn; hãy hỏi người quản trị.";

pub(crate) fn found_again(waiting: usize) -> String {
    format!(
        "Trình duyệt đã làm mất dữ liệu trên máy; đã lấy lại {} lần ghi chưa gửi từ bản đôi.",
        count(waiting)
    )
}

/// `10:32` of a moment.
pub(crate) fn at_clock(ms: u64) -> String {
    date::clock(ms)
}

/// `10:32 ngày 22/11/2026`.
pub(crate) fn moment(ms: u64) -> String {
    format!(
        "{} ngày {}",
        date::clock(ms),
        date::for_people(&date::today(ms))
    )
}

pub(crate) fn save_error(error: &crate::work::save::SaveError) -> String {
    match error {
        crate::work::save::SaveError::Store(error) => store_error(error),
        crate::work::save::SaveError::Change(error) => change_error(error),
    }
}

pub(crate) fn files_error(error: &crate::work::files::FilesError) -> String {
    use crate::work::files::FilesError;
    use records::files::FileError;
    match error {
        FilesError::File(FileError::NotJson(_)) => "Tệp hỏng hoặc không phải tệp của sổ tay. Không có gì thay đổi trên máy.".to_owned(),
        FilesError::File(FileError::Foreign) => "Đây không phải tệp do Sổ tay Dân vận xuất ra. Không có gì thay đổi trên máy.".to_owned(),
        FilesError::File(FileError::Newer(_)) => "Tệp do bản ứng dụng mới hơn ghi. Hãy cập nhật ứng dụng rồi nhập lại. Không có gì thay đổi trên máy.".to_owned(),
        FilesError::Save(error) => save_error(error),
        FilesError::Secret => {
            "Hồ sơ tố cáo chỉ ra khỏi máy bằng Bản sao có mã.".to_owned()
        }
        FilesError::NotHere => PART_MISSING.to_owned(),
        FilesError::Passphrase => "Không mở được: cụm mật khẩu chưa đúng, hoặc tệp hỏng. Không có gì thay đổi trên máy.".to_owned(),
        FilesError::Browser(what) => format!("Trình duyệt chưa làm được việc này ({what}). Không có gì thay đổi trên máy."),
    }
}
