//! What the operator says, on the command line or in `SO_TAY_*`. No effects.

use std::path::PathBuf;

use axum::http::HeaderValue;
use clap::{Args, Parser, Subcommand};
use records::{
    account::Role,
    id::{ChangeId, PersonId, TokenId},
};

use crate::store::Database;

/// Máy chủ đồng bộ của Sổ tay Dân vận.
#[derive(Debug, Parser)]
#[command(name = "so-tay-endpoint", version)]
pub struct Settings {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the binary can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Nhận và chia sẻ thay đổi, phục vụ ứng dụng.
    Serve(Serve),
    /// Khóa chung của mọi máy (có từ trước khi có tài khoản): in lại, hoặc bỏ.
    Key(Key),
    /// Người dùng: xem, thêm, sửa vai trò, cấp mã ghi danh, thu hồi máy.
    #[command(subcommand)]
    People(People),
    /// Nhật ký: ai đã đăng nhập, thêm người, cấp mã, thu hồi, xuất.
    #[command(subcommand)]
    Audit(Audit),
    /// Sau khi phục hồi cơ sở dữ liệu từ bản sao lưu: để các máy gửi lại phần còn thiếu.
    NewEpoch(Where),
    /// Sao lưu cơ sở dữ liệu ra một tệp, cả khi máy chủ đang chạy; tệp được kiểm tra rồi mới tính là xong.
    Backup(Backup),
    /// In tệp chẩn đoán (JSON) để gửi nơi hỗ trợ: phiên bản, cài đặt, số lượng, kích thước, kết quả kiểm tra. Không có
    /// tên người, nội dung phiếu, mật khẩu, khóa hay mã.
    Diagnose(Diagnose),
    /// Kiểm tra cơ sở dữ liệu hoặc tệp sao lưu: từng lần ghi đúng như lúc nhận, không thiếu số nào.
    Verify(Where),
    /// Phục hồi từ tệp sao lưu (máy chủ phải dừng); các máy gửi lại phần mới hơn bản sao lưu.
    Restore(Restore),
    /// Nhận tệp Xuất vào cơ sở dữ liệu. Nhận hai lần không nhân đôi; tệp hỏng thì không nhận gì.
    Import(Import),
    /// Danh mục (mẫu phiếu, hạn, lịch nghỉ, biểu báo cáo): kiểm tra, công bố cho các máy.
    #[command(subcommand)]
    Catalogue(Catalogue),
    /// Xã được nhập vào xã này: nhận sổ của xã cũ, phiếu cũ giữ nguyên đơn vị.
    Adopt(Adopt),
    /// Sổ có số thứ tự do máy chủ cấp: xem, cho cấp số lại sau khi phục hồi.
    #[command(subcommand)]
    Books(Books),
    /// Những lần ghi được giữ riêng (không có quyền, máy bị thu hồi, trùng mã): xem, nhận vào sổ.
    #[command(subcommand)]
    Held(Held),
    /// Hồ sơ tố cáo: tạo khóa niêm phong, bật hoặc tắt việc ghi trên điện thoại của đơn vị.
    #[command(subcommand)]
    Secrets(Secrets),
    /// Các lần máy này mang hộ cho máy kia (Chuyển hộ), mới nhất trước.
    Carried(UnitPlace),
    /// Các máy đã nối: liên lạc lần cuối, số phiếu, số lần ghi còn chờ gửi.
    Devices(UnitPlace),
}

/// What to do with the key that all devices share.
#[derive(Debug, Clone, Args)]
pub struct Key {
    /// Which database.
    #[command(flatten)]
    pub place: Where,
    /// Bỏ khóa chung: máy nối bằng khóa ấy phải ghi danh lại; dữ liệu trên máy còn nguyên.
    #[arg(long)]
    pub off: bool,
}

/// What can be done about denunciations.
#[derive(Debug, Clone, Subcommand)]
pub enum Secrets {
    /// Tạo tệp khóa niêm phong. Mất tệp này là mất mọi hồ sơ tố cáo trên máy chủ: sao lưu riêng, không để cùng bản sao lưu cơ sở dữ liệu.
    Key {
        /// Tệp chưa có, ở nơi chỉ máy chủ đọc được.
        file: PathBuf,
    },
    /// Cho ghi hồ sơ tố cáo trên điện thoại của đơn vị.
    On(UnitPlace),
    /// Tắt: điện thoại chỉ ghi số, mã, số người; hồ sơ đã ghi thì máy chủ nhận nốt, niêm phong, rồi điện thoại xóa.
    Off(UnitPlace),
    /// Đang bật hay tắt.
    Show(UnitPlace),
}

/// What can be done with people.
#[derive(Debug, Clone, Subcommand)]
pub enum People {
    /// Mọi người của đơn vị, vai trò, máy đã ghi danh.
    List(PeoplePlace),
    /// Thêm người và in mã ghi danh.
    Add(AddPerson),
    /// Đổi tên, vai trò; khóa hoặc mở lại tài khoản.
    Change(ChangePerson),
    /// Cấp mã ghi danh cho thêm một máy.
    Code(PersonPlace),
    /// Mã cho người quản trị đầu tiên, khi chưa có máy nào của người quản trị.
    First(PeoplePlace),
    /// Thu hồi một máy: không đọc được gì nữa, chỉ nộp nốt được phần chờ gửi.
    Revoke(RevokeDevice),
}

/// What can be done with the log.
#[derive(Debug, Clone, Subcommand)]
pub enum Audit {
    /// In mọi dòng.
    List(Where),
    /// Kiểm tra chuỗi băm: không dòng nào bị sửa, bị bớt ở giữa.
    Verify(Where),
}

/// Whose people.
#[derive(Debug, Clone, Args)]
pub struct PeoplePlace {
    /// Which database.
    #[command(flatten)]
    pub place: Where,
    /// Mã xã, năm chữ số; hoặc tinh:NN cho tài khoản cấp tỉnh.
    #[arg(long, env = "SO_TAY_UNIT", default_value = "00000", value_parser = parse_place)]
    pub unit: String,
}

/// What can be done with what was set aside.
#[derive(Debug, Clone, Subcommand)]
pub enum Held {
    /// Từng lần ghi: mã, lúc đến, lý do; không in nội dung.
    List(UnitPlace),
    /// In nội dung một lần ghi; nhật ký ghi lại việc xem.
    Show(HeldPlace),
    /// Nhận một lần ghi vào sổ, như khi người có quyền gửi.
    Take(HeldPlace),
}

/// Which change that was set aside.
#[derive(Debug, Clone, Args)]
pub struct HeldPlace {
    /// Which unit.
    #[command(flatten)]
    pub at: UnitPlace,
    /// Mã lần ghi (cột đầu của `held list`).
    #[arg(long)]
    pub id: ChangeId,
}

/// Who is new.
#[derive(Debug, Clone, Args)]
pub struct AddPerson {
    /// Which unit.
    #[command(flatten)]
    pub at: PeoplePlace,
    /// Họ và tên.
    #[arg(long)]
    pub name: String,
    /// Vai trò: `can_bo`, `lanh_dao`, `quan_tri` (có thể nhiều).
    #[arg(long, required = true, value_parser = parse_role)]
    pub role: Vec<Role>,
}

/// Who, as they are to be.
#[derive(Debug, Clone, Args)]
pub struct ChangePerson {
    /// Who.
    #[command(flatten)]
    pub who: PersonPlace,
    /// Tên mới.
    #[arg(long)]
    pub name: Option<String>,
    /// Mọi vai trò ở đơn vị này từ nay; không nêu thì giữ nguyên.
    #[arg(long, value_parser = parse_role)]
    pub role: Vec<Role>,
    /// Khóa tài khoản: không máy nào của người này vào được nữa.
    #[arg(long, conflicts_with = "open")]
    pub close: bool,
    /// Mở lại tài khoản.
    #[arg(long)]
    pub open: bool,
}

/// One person of a unit.
#[derive(Debug, Clone, Args)]
pub struct PersonPlace {
    /// Which unit.
    #[command(flatten)]
    pub at: PeoplePlace,
    /// Mã người (cột đầu của `people list`).
    #[arg(long)]
    pub id: PersonId,
}

/// Which device is shut out.
#[derive(Debug, Clone, Args)]
pub struct RevokeDevice {
    /// Which database.
    #[command(flatten)]
    pub place: Where,
    /// Mã máy (trong `people list`).
    #[arg(long)]
    pub id: TokenId,
    /// Máy còn liên lạc thì xóa hết dữ liệu trên máy, sau khi đã nộp phần chờ gửi.
    #[arg(long)]
    pub wipe: bool,
}

/// What can be done with a catalogue.
#[derive(Debug, Clone, Subcommand)]
pub enum Catalogue {
    /// Chỉ kiểm tra: in ra mọi chỗ sai.
    Check(CatalogueFiles),
    /// Kiểm tra rồi công bố; có chỗ sai thì không công bố gì.
    Publish(CatalogueFiles),
    /// In ra bản đang công bố.
    Show(Where),
}

/// A catalogue as files.
#[derive(Debug, Clone, Args)]
pub struct CatalogueFiles {
    /// Which database.
    #[command(flatten)]
    pub place: Where,
    /// Một tệp JSON, hoặc thư mục có forms/, programmes/, reports/, prints/, calendar.json, guide.json.
    #[arg(value_name = "TỆP HOẶC THƯ MỤC")]
    pub source: PathBuf,
}

/// Which notebook goes on in which.
#[derive(Debug, Clone, Args)]
pub struct Adopt {
    /// The unit that goes on.
    #[command(flatten)]
    pub at: UnitPlace,
    /// Cơ sở dữ liệu của xã cũ (một bản sao), ví dụ sqlite:cu/so-tay.db
    #[arg(long, value_name = "CSDL", value_parser = parse_database)]
    pub from: Database,
    /// Mã xã cũ, năm chữ số.
    #[arg(long, value_parser = parse_unit)]
    pub old_unit: String,
    /// Ngày nhập, ví dụ 2025-07-01
    #[arg(long, value_parser = parse_day)]
    pub since: String,
}

/// What can be done with the books.
#[derive(Debug, Clone, Subcommand)]
pub enum Books {
    /// Các quyển, số cuối, số phiếu đang chờ số.
    List(UnitPlace),
    /// Sau khi phục hồi: ghi số cuối đã in, để máy chủ cấp tiếp.
    Confirm(ConfirmBook),
}

/// Which unit of which database.
#[derive(Debug, Clone, Args)]
pub struct UnitPlace {
    /// Which database.
    #[command(flatten)]
    pub place: Where,
    /// Mã đơn vị hành chính cấp xã mà máy chủ phục vụ, năm chữ số.
    #[arg(long, env = "SO_TAY_UNIT", default_value = "00000", value_parser = parse_unit)]
    pub unit: String,
}

/// Which volume goes on after which number.
#[derive(Debug, Clone, Args)]
pub struct ConfirmBook {
    /// Which unit.
    #[command(flatten)]
    pub at: UnitPlace,
    /// Mẫu phiếu, ví dụ `tiep_cong_dan`.
    #[arg(long)]
    pub form: String,
    /// Năm của quyển sổ.
    #[arg(long)]
    pub year: i64,
    /// Số cuối cùng đã in hoặc đã ghi vào sổ giấy.
    #[arg(long)]
    pub last: u64,
}

/// Which database.
#[derive(Debug, Clone, Args)]
pub struct Where {
    /// Cơ sở dữ liệu: `sqlite:data/so-tay.db`, hoặc `postgres://người-dùng@máy-1,máy-2/tên` (mật khẩu: để trong
    /// `SO_TAY_DATABASE`, đừng để trên dòng lệnh).
    #[arg(long, env = "SO_TAY_DATABASE", hide_env_values = true, value_parser = parse_database)]
    pub database: Database,
}

/// Where a copy goes.
#[derive(Debug, Clone, Args)]
pub struct Backup {
    /// Which database.
    #[command(flatten)]
    pub place: Where,
    /// Tệp sao lưu, chưa có trên đĩa.
    #[arg(long, value_name = "TỆP", required_unless_present = "into")]
    pub to: Option<PathBuf>,
    /// When no file is named.
    #[command(flatten)]
    pub daily: Daily,
}

/// Where the backups of every day lie, and for how long.
#[derive(Debug, Clone, Args)]
pub struct Daily {
    /// Thư mục của các bản sao lưu hằng ngày; tên tệp theo ngày giờ. Có --to thì dùng --to.
    #[arg(long, env = "SO_TAY_BACKUP_INTO", value_name = "THƯ MỤC")]
    pub into: Option<PathBuf>,
    /// Bỏ các bản trong thư mục ấy cũ hơn từng này ngày, sau khi bản mới đã được kiểm tra (bảy bản mới nhất luôn giữ).
    #[arg(
        long,
        env = "SO_TAY_BACKUP_KEEP_DAYS",
        value_name = "SỐ NGÀY",
        default_value_t = 30,
        value_parser = clap::value_parser!(u16).range(1..)
    )]
    pub keep_days: u16,
}

/// What is told to somebody who helps: the same settings as the service has.
#[derive(Debug, Clone, Args)]
pub struct Diagnose {
    /// How it serves.
    #[command(flatten)]
    pub serve: Serve,
    /// Where its backups are.
    #[command(flatten)]
    pub daily: Daily,
}

/// Where a copy comes from.
#[derive(Debug, Clone, Args)]
pub struct Restore {
    /// Which database.
    #[command(flatten)]
    pub place: Where,
    /// Tệp sao lưu.
    #[arg(long, value_name = "TỆP")]
    pub from: PathBuf,
    /// Cơ sở dữ liệu đang có thì để sang bên (không xóa) và thay bằng bản sao lưu.
    #[arg(long)]
    pub replace: bool,
}

/// What to take in.
#[derive(Debug, Clone, Args)]
pub struct Import {
    /// Which unit.
    #[command(flatten)]
    pub at: UnitPlace,
    /// Các tệp Xuất (JSON).
    #[arg(required = true, value_name = "TỆP")]
    pub files: Vec<PathBuf>,
}

/// How to serve.
#[derive(Debug, Clone, Args)]
pub struct Serve {
    /// Địa chỉ và cổng để nghe.
    #[arg(long, env = "SO_TAY_LISTEN", default_value = "127.0.0.1:8787")]
    pub listen: String,
    /// Which database.
    #[command(flatten)]
    pub place: Where,
    /// Thư mục ứng dụng đã dựng; không có thì chỉ đồng bộ.
    #[arg(long, env = "SO_TAY_APP")]
    pub app: Option<PathBuf>,
    /// Mã đơn vị hành chính cấp xã, năm chữ số.
    #[arg(long, env = "SO_TAY_UNIT", default_value = "00000", value_parser = parse_unit)]
    pub unit: String,
    /// Tên đơn vị.
    #[arg(long, env = "SO_TAY_UNIT_NAME", default_value = "")]
    pub unit_name: String,
    /// Khóa chung cho mọi máy, không cần tài khoản (từ 20 ký tự A-Z a-z 0-9 - _). Chỉ dùng khi chạy thử.
    #[arg(long, env = "SO_TAY_DEVICE_KEY", hide_env_values = true, value_parser = parse_key)]
    pub device_key: Option<String>,
    /// Chuỗi chứng thư TLS (PEM), chứng thư của máy chủ đứng trước. Đổi tệp thì máy chủ tự nhận trong một giờ.
    #[arg(
        long,
        env = "SO_TAY_TLS_CERT",
        requires = "tls_key",
        value_name = "TỆP"
    )]
    pub tls_cert: Option<PathBuf>,
    /// Khóa riêng của chứng thư (PEM).
    #[arg(
        long,
        env = "SO_TAY_TLS_KEY",
        requires = "tls_cert",
        value_name = "TỆP"
    )]
    pub tls_key: Option<PathBuf>,
    /// Tệp khóa niêm phong hồ sơ tố cáo (làm bằng `secrets key`). Không có thì máy chủ không nhận hồ sơ tố cáo.
    #[arg(long, env = "SO_TAY_MAT_KEY", value_name = "TỆP")]
    pub mat_key: Option<PathBuf>,
    /// Cho máy khác trong mạng kết nối khi không có TLS: mọi thứ đi trên mạng ở dạng đọc được.
    #[arg(long, env = "SO_TAY_ALLOW_REMOTE")]
    pub allow_remote: bool,
    /// Trang ở nguồn khác được phép gọi, ví dụ `https://so-tay.example` (nhiều nguồn: dấu phẩy).
    #[arg(long, env = "SO_TAY_ALLOW_ORIGIN", value_delimiter = ',', value_parser = parse_origin)]
    pub allow_origin: Vec<HeaderValue>,
}

/// Reads what an operator calls a database.
///
/// # Errors
/// With a sentence for the operator.
pub fn parse_database(text: &str) -> Result<Database, String> {
    match text.split_once(':') {
        Some(("sqlite", path)) if !path.is_empty() => Ok(Database::Sqlite(PathBuf::from(path))),
        Some(("postgres" | "postgresql", _)) => parse_server(text),
        _ => Err("cần dạng sqlite:ĐƯỜNG-DẪN hoặc postgres://NGƯỜI-DÙNG@MÁY/TÊN".to_owned()),
    }
}

fn parse_server(text: &str) -> Result<Database, String> {
    // What the library says of a bad address may repeat a password.
    let unreadable =
        |_| "không đọc được địa chỉ PostgreSQL: cần dạng postgres://NGƯỜI-DÙNG@MÁY/TÊN".to_owned();
    let server: postgres::Config = text.parse().map_err(unreadable)?;
    if server.get_dbname().is_none_or(str::is_empty) {
        return Err("thiếu tên cơ sở dữ liệu: postgres://NGƯỜI-DÙNG@MÁY/TÊN".to_owned());
    }
    if server.get_ssl_mode() == postgres::config::SslMode::Require {
        return Err(
            "bản này chưa nối PostgreSQL bằng TLS: dùng mạng riêng hoặc đường hầm, bỏ sslmode=require".to_owned(),
        );
    }
    Ok(Database::Postgres(Box::new(server)))
}

fn parse_unit(text: &str) -> Result<String, String> {
    if text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("mã đơn vị có năm chữ số".to_owned())
    }
}

/// A commune, or a province as `tinh:` and its two digits: people of both have accounts.
fn parse_place(text: &str) -> Result<String, String> {
    match text.strip_prefix("tinh:") {
        Some(code) if code.len() == 2 && code.bytes().all(|b| b.is_ascii_digit()) => {
            Ok(text.to_owned())
        }
        Some(_) => Err("tỉnh viết là tinh: và hai chữ số, ví dụ tinh:19".to_owned()),
        None => parse_unit(text),
    }
}

fn parse_role(text: &str) -> Result<Role, String> {
    let role = Role::named(text);
    role.ok_or_else(|| {
        "vai trò là can_bo, lanh_dao, quan_tri, hoặc tinh (ở đơn vị tinh:NN)".to_owned()
    })
}

fn parse_day(text: &str) -> Result<String, String> {
    match records::date::parse(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err("ngày có dạng 2025-07-01".to_owned()),
    }
}

fn parse_key(text: &str) -> Result<String, String> {
    if crate::device_key::is_usable(text) {
        Ok(text.to_owned())
    } else {
        Err("khóa cần từ 20 ký tự, chỉ gồm A-Z a-z 0-9 - _".to_owned())
    }
}

fn parse_origin(text: &str) -> Result<HeaderValue, String> {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let is_plain = |host: &str| {
        !host.is_empty()
            && host
                .bytes()
                .all(|b| b.is_ascii_graphic() && b != b'/' && b != b'*')
    };
    match (host, HeaderValue::from_str(text)) {
        (Some(host), Ok(value)) if is_plain(host) => Ok(value),
        _ => Err("nguồn có dạng https://tên-miền[:cổng], không có đường dẫn".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Settings::command().debug_assert();
    }

    #[test]
    fn the_file_of_settings_in_the_package_has_every_setting_and_no_other() {
        let known: BTreeSet<String> = Settings::command()
            .get_subcommands()
            .flat_map(|command| command.get_subcommands().chain([command]))
            .flat_map(|command| command.get_arguments())
            .filter_map(|argument| Some(argument.get_env()?.to_str().unwrap().to_owned()))
            // Read before any other: how much is said.
            .chain(["SO_TAY_LOG".to_owned()])
            .collect();
        let file = include_str!("../../../deploy/so-tay-endpoint.env");
        let named: BTreeSet<String> = file
            .lines()
            .filter_map(|line| line.trim_start_matches('#').split_once('='))
            .filter(|(name, _)| name.starts_with("SO_TAY_"))
            .map(|(name, _)| name.to_owned())
            .collect();
        assert_eq!(named, known);
    }

    #[test]
    fn what_cannot_work_is_refused_with_a_sentence() {
        for good in [
            "sqlite:a/b.db",
            "postgres://so_tay:mat@db-1,db-2:5433/so_tay",
        ] {
            let said = format!("{:?}", parse_database(good).unwrap());
            assert!(!said.contains("mat"), "a password is never shown: {said}");
        }
        for bad in [
            "sqlite:",
            "a.db",
            "",
            "postgres://db-1",
            "postgres://so_tay:mat@db-1/so_tay?sslmode=require",
            "postgres://so_tay:mat@db-1/so_tay?nothing=1",
        ] {
            let said = parse_database(bad).unwrap_err();
            assert!(!said.contains("mat@"), "{said}");
        }
        for bad in ["0000", "abcde", "000000"] {
            assert!(parse_unit(bad).is_err(), "{bad}");
        }
        for bad in ["*", "https://", "https://a/b", "ftp://a", "null"] {
            assert!(parse_origin(bad).is_err(), "{bad}");
        }
    }
}
