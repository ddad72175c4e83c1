//! The problem documents (RFC 9457): every answer from 400 on has one, and each is made here.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use records::{wire, write::to_json};

use crate::store::StoreError;

/// Seconds that a device waits when there is too much at once; it adds its own jitter.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("5");

/// Why a request was not answered as asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Problem {
    #[error("Nội dung gửi lên không đọc được: không phải JSON đúng mẫu. Dữ liệu vẫn ở trên máy.")]
    BadJson,
    #[error("Khóa thiết bị thiếu hoặc sai. Không có gì được lưu ở máy chủ.")]
    WrongKey,
    #[error(
        "Máy này đã bị thu hồi. Những gì đang có trên máy vẫn còn; hãy liên hệ người quản trị của đơn vị."
    )]
    ShutOut,
    #[error("Tài khoản này không có quyền làm việc đó ở đơn vị này. Hãy hỏi người quản trị.")]
    Forbidden,
    #[error(
        "Mã ghi danh không dùng được: sai, đã dùng hoặc hết hạn. Hãy xin người quản trị mã mới."
    )]
    WrongCode,
    #[error("Tên người đang trống, hoặc vai trò không hợp với đơn vị này.")]
    BadPerson,
    #[error(
        "Đơn vị phải còn ít nhất một người quản trị. Hãy giao quyền quản trị cho người khác trước."
    )]
    LastAdministrator,
    #[error("Người này còn vai trò ở đơn vị khác. Bỏ vai trò ở đơn vị này thay vì khóa tài khoản.")]
    Elsewhere,
    #[error("Gửi quá dày. Hãy đợi ít giây rồi thử lại; dữ liệu vẫn ở trên máy.")]
    TooOften,
    #[error("Không có địa chỉ hoặc hồ sơ này.")]
    NotFound,
    #[error("Địa chỉ này không nhận phương thức đó.")]
    Method,
    #[error("Gói gửi lên quá lớn. Hãy chia đôi rồi gửi lại.")]
    TooLarge,
    #[error("Chỉ nhận application/json, không nén hoặc nén gzip.")]
    ContentType,
    #[error("Máy chủ nói giao thức số 1. Hãy cập nhật ứng dụng.")]
    Protocol,
    #[error(
        "Gói mang hộ này niêm phong cho máy chủ khác. Máy đã ghi vẫn giữ nguyên; hãy trao đổi từ máy đó, hoặc giao gói \
         cho người dùng máy chủ của gói."
    )]
    SealedElsewhere,
    #[error(
        "Gói mang hộ này không mở được: bị hỏng hoặc bị sửa trên đường. Máy đã ghi vẫn giữ nguyên; hãy nhờ máy đó làm \
         gói mới."
    )]
    SealBroken,
    #[error("Máy chủ đang bận. Hãy thử lại sau ít giây.")]
    Busy,
    #[error("Máy chủ gặp lỗi. Dữ liệu vẫn ở trên máy.")]
    Internal,
}

impl Problem {
    fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::BadJson => (StatusCode::BAD_REQUEST, "json_hong", "Không đọc được"),
            Self::WrongKey => (StatusCode::UNAUTHORIZED, "khoa_sai", "Khóa sai"),
            Self::ShutOut => (StatusCode::FORBIDDEN, "may_bi_thu_hoi", "Máy bị thu hồi"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "khong_co_quyen", "Không có quyền"),
            Self::WrongCode => (StatusCode::FORBIDDEN, "ma_khong_dung", "Mã không dùng được"),
            Self::BadPerson => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "nguoi_khong_hop_le",
                "Người không hợp lệ",
            ),
            Self::LastAdministrator => (
                StatusCode::CONFLICT,
                "quan_tri_cuoi_cung",
                "Người quản trị cuối cùng",
            ),
            Self::Elsewhere => (StatusCode::CONFLICT, "con_o_noi_khac", "Còn ở đơn vị khác"),
            Self::TooOften => (StatusCode::TOO_MANY_REQUESTS, "qua_day", "Gửi quá dày"),
            Self::NotFound => (StatusCode::NOT_FOUND, "khong_co", "Không có"),
            Self::Method => (
                StatusCode::METHOD_NOT_ALLOWED,
                "phuong_thuc",
                "Sai phương thức",
            ),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "qua_lon", "Quá lớn"),
            Self::ContentType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "kieu_noi_dung",
                "Sai kiểu nội dung",
            ),
            Self::Protocol => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "giao_thuc",
                "Khác giao thức",
            ),
            Self::SealedElsewhere => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "niem_phong_noi_khac",
                "Niêm phong cho nơi khác",
            ),
            Self::SealBroken => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "niem_phong_hong",
                "Niêm phong hỏng",
            ),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "ban", "Đang bận"),
            Self::Internal => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "loi_may_chu",
                "Lỗi máy chủ",
            ),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, code, title) = self.parts();
        let document = wire::Problem {
            kind: "about:blank".to_owned(),
            title: title.to_owned(),
            status: status.as_u16(),
            code: code.to_owned(),
            detail: self.to_string(),
        };
        let mut response = (status, to_json(&document)).into_response();
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, kind);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self {
            Self::Busy | Self::TooOften => drop(headers.insert(header::RETRY_AFTER, RETRY_AFTER)),
            Self::WrongKey => {
                let bearer = HeaderValue::from_static("Bearer");
                drop(headers.insert(header::WWW_AUTHENTICATE, bearer));
            }
            Self::BadJson
            | Self::ShutOut
            | Self::Forbidden
            | Self::WrongCode
            | Self::BadPerson
            | Self::LastAdministrator
            | Self::Elsewhere
            | Self::NotFound
            | Self::Method
            | Self::TooLarge
            | Self::ContentType
            | Self::Protocol
            | Self::SealedElsewhere
            | Self::SealBroken
            | Self::Internal => {}
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store did not answer");
        if error.is_worth_retrying() {
            Self::Busy
        } else {
            Self::Internal
        }
    }
}
