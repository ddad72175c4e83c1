//! What the binary does: the meeting place of settings, database, key, socket and signal.

mod content;
mod daily;
mod diagnose;
mod held;
mod people;
mod secrets;

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write},
    net::{SocketAddr, ToSocketAddrs},
    path::{Path, PathBuf},
    time::Duration,
};

use records::{account::Code, date, json::ReadError, wire::Unit};
use tokio::net::TcpListener;

use crate::{
    Config, Endpoint, OpenError, account, device_key,
    import::UnusableFile,
    publish::{self, NotPublished},
    settings::{Audit, Books, Catalogue, Command, Held, People, Restore, Serve, Settings, Where},
    store::{self, Database, Store, StoreError, Verified, copy, new_epoch},
    tls::{Certificate, Tls},
    vault::Vault,
};

/// Why the binary gives up; what the operator reads.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Others could come in, and listen.
    #[error(
        "Không mở {0} ra ngoài máy này khi không có TLS: mọi thứ đi trên mạng ở dạng đọc được. Thêm --tls-cert và \
         --tls-key; hoặc nếu mạng đã được bảo vệ (VPN, máy chủ HTTPS phía trước), thêm --allow-remote."
    )]
    Remote(SocketAddr),
    /// The address is not one.
    #[error("Không hiểu địa chỉ {0}: {1}")]
    Address(String, #[source] io::Error),
    /// Another process listens there, or it is not ours to use.
    #[error("Không nghe được ở {0}: {1}")]
    Listen(SocketAddr, #[source] io::Error),
    /// TLS cannot begin with these files.
    #[error("Không dùng được chứng thư TLS: {0}")]
    Certificate(String),
    /// A file or folder does not open.
    #[error("Không dùng được {0}: {1}")]
    File(PathBuf, #[source] io::Error),
    /// The database would be served to everybody.
    #[error(
        "Cơ sở dữ liệu nằm trong thư mục ứng dụng {0}: ai cũng tải về được. Hãy để ở nơi khác."
    )]
    DatabaseInApp(PathBuf),
    /// There is no such person in the unit.
    #[error("Không có người này ở đơn vị, hoặc tên đang trống. Xem: so-tay-endpoint people list")]
    NoPerson,
    /// Nobody is that in such a unit.
    #[error("Đơn vị này không có vai trò {0}.")]
    NoSuchRole(&'static str),
    /// Nothing is set aside under this id.
    #[error("Không có lần ghi nào mã {0} được giữ riêng. Xem: so-tay-endpoint held list")]
    NotHeld(records::id::ChangeId),
    /// There is no such device.
    #[error("Không có máy này. Xem: so-tay-endpoint people list")]
    NoDevice,
    /// Nobody would be left.
    #[error("Đơn vị phải còn ít nhất một người quản trị. Giao quyền cho người khác trước.")]
    LastAdministrator,
    /// The account is for other units, too.
    #[error("Người này còn vai trò ở đơn vị khác. Bỏ vai trò ở đơn vị này thay vì khóa tài khoản.")]
    Elsewhere,
    /// Somebody wrote into the log.
    #[error("Nhật ký bị sửa hoặc bị bớt từ dòng {0}.")]
    BrokenLog(u64),
    /// There is no key that all share.
    #[error(
        "Không có khóa chung: mỗi máy ghi danh bằng mã riêng. Cấp mã: so-tay-endpoint people code"
    )]
    NoSharedKey,
    /// The key was lost; the hash cannot be turned back.
    #[error(
        "Không còn tệp {0} hoặc nó không khớp với cơ sở dữ liệu. Chạy serve với --device-key để đặt \
         khóa mới (các máy phải nhập lại khóa)."
    )]
    KeyLost(PathBuf),
    /// Beside a server there is no place for the key.
    #[error(
        "Với PostgreSQL khóa thiết bị không nằm trong tệp nào: máy chủ chỉ giữ dấu vết của nó. Chạy serve với \
         SO_TAY_DEVICE_KEY để đặt khóa mới (các máy phải nhập lại khóa)."
    )]
    KeyNowhere,
    /// There is no such database.
    #[error("Không có cơ sở dữ liệu {0}.")]
    NoDatabase(Database),
    /// The endpoint still runs.
    #[error("Máy chủ đang dùng {0}. Dừng máy chủ rồi phục hồi.")]
    InUse(Database),
    /// A restore was cut off after the old file was moved.
    #[error(
        "Lần phục hồi trước bị ngắt giữa chừng, {0} chưa có. Chạy lại restore; bản cũ nằm bên cạnh, tên có truoc-phuc-hoi."
    )]
    HalfRestored(PathBuf),
    /// Nothing is written over.
    #[error(
        "Đã có {0}. Chọn tên khác (phục hồi: thêm --replace để thay, bản cũ được để sang bên)."
    )]
    Exists(Database),
    /// Nobody said where a backup goes.
    #[error("Thiếu nơi để bản sao lưu: thêm --to TỆP hoặc --into THƯ-MỤC.")]
    BackupNowhere,
    /// A file cannot be taken.
    #[error("Chưa nhận gì: tệp {0} {1}.")]
    Import(PathBuf, #[source] UnusableFile),
    /// A catalogue cannot be published.
    #[error("Chưa công bố gì: {0}")]
    Publish(#[from] NotPublished),
    /// A unit cannot be merged into itself.
    #[error("Xã cũ và xã tiếp nhận cùng mã {0}.")]
    SameUnit(String),
    /// There is no such volume.
    #[error("Mẫu phiếu {0} không có sổ cấp số. Xem: so-tay-endpoint books list")]
    NoBook(String),
    /// The catalogue that is built in cannot be read.
    #[error("Không đọc được danh mục mẫu phiếu: {0}")]
    Catalogue(#[from] ReadError),
    /// The system has no random bytes.
    #[error("Không tạo được khóa: {0}")]
    Random(#[from] getrandom::Error),
    /// The database does not answer.
    #[error("Cơ sở dữ liệu không dùng được: {0}")]
    Store(#[from] StoreError),
    /// The service cannot be made.
    #[error("Không mở được dịch vụ: {0}")]
    Open(#[from] OpenError),
    /// The socket failed, or nobody reads what is printed.
    #[error("Lỗi vào ra: {0}")]
    Io(#[from] io::Error),
}

/// Does what the settings say.
///
/// # Errors
/// With a sentence for the operator.
pub async fn run(settings: Settings) -> Result<(), CommandError> {
    match settings.command {
        Command::Serve(settings) => serve(settings).await,
        Command::Key(wish) if wish.off => end_key(&wish.place).await,
        Command::Key(wish) => print_key(&wish.place).await,
        Command::People(People::List(at)) => people::list(&at).await,
        Command::People(People::Add(wish)) => people::add(&wish).await,
        Command::People(People::Change(wish)) => people::change(&wish).await,
        Command::People(People::Code(who)) => people::code(&who).await,
        Command::People(People::First(at)) => people::first(&at).await,
        Command::People(People::Revoke(wish)) => people::revoke(&wish).await,
        Command::Held(Held::List(at)) => held::list(&at).await,
        Command::Held(Held::Show(wish)) => held::show(&wish).await,
        Command::Held(Held::Take(wish)) => held::take(&wish).await,
        Command::Audit(Audit::List(place)) => people::log(&place).await,
        Command::Audit(Audit::Verify(place)) => people::verify_log(&place).await,
        Command::NewEpoch(place) => renew_epoch(&place).await,
        Command::Backup(wish) => daily::back_up(&wish),
        Command::Diagnose(wish) => diagnose::print(&wish),
        Command::Verify(place) => verify(&place.database),
        Command::Restore(settings) => restore(&settings),
        Command::Import(settings) => content::take_files(&settings).await,
        Command::Catalogue(Catalogue::Check(files)) => {
            publish::check(&open(&files.place)?, &files.source).await?;
            Ok(writeln!(io::stdout(), "Danh mục không có chỗ sai.")?)
        }
        Command::Catalogue(Catalogue::Publish(files)) => {
            let mark = publish::publish(&open(&files.place)?, &files.source).await?;
            let number = mark.number;
            Ok(writeln!(
                io::stdout(),
                "Đã công bố danh mục số {number}. Các máy nhận ở lần gửi sau."
            )?)
        }
        Command::Catalogue(Catalogue::Show(place)) => content::show_catalogue(&place).await,
        Command::Adopt(wish) => content::take_over(&wish).await,
        Command::Devices(at) => content::list_devices(&at).await,
        Command::Secrets(wish) => secrets::run(&wish).await,
        Command::Carried(at) => content::list_carried(&at).await,
        Command::Books(Books::List(at)) => content::list_books(&at).await,
        Command::Books(Books::Confirm(wish)) => content::confirm_book(wish).await,
    }
}

async fn serve(settings: Serve) -> Result<(), CommandError> {
    let address = address(&settings)?;
    if let (Some(app), Database::Sqlite(file)) = (&settings.app, &settings.place.database) {
        check_app(app, file)?;
    }
    let store = create(&settings.place.database)?;
    let key = settle_key(&store, &settings).await?;
    let has_key = store.identity().await?.device_key_hash.is_some();
    let first = account::first_code(&store, &settings.unit).await;
    let first = first.map_err(people::not_given)?;
    let files = settings.tls_cert.zip(settings.tls_key);
    let certificate = files.map(|(chain, key)| Certificate { chain, key });
    let is_tls = certificate.is_some();
    let read = |file: PathBuf| Vault::read(&file).map_err(|e| CommandError::File(file, e));
    let vault = settings.mat_key.map(read).transpose()?;
    let config = Config {
        unit: Unit {
            code: settings.unit,
            name: settings.unit_name,
        },
        app: settings.app,
        origins: settings.allow_origin,
        is_tls,
        vault,
        ..Config::default()
    };
    let endpoint = Endpoint::open(store, config).await?;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|e| CommandError::Listen(address, e))?;
    let address = listener.local_addr()?;
    let stop = stop_signal()?; // from here on a signal is heard
    let way = Way {
        scheme: if is_tls { "https" } else { "http" },
        first: first.as_ref(),
        key: key.as_deref(),
        has_key,
    };
    match certificate {
        Some(certificate) => {
            let tls = Tls::over(listener, certificate, RENEWAL);
            let tls = tls.map_err(|error| CommandError::Certificate(error.to_string()))?;
            announce(address, &way)?;
            crate::serve(tls, endpoint, stop).await?;
        }
        None => {
            announce(address, &way)?;
            crate::serve(crate::plain(listener), endpoint, stop).await?;
        }
    }
    Ok(())
}

/// How often a certificate is read again.
const RENEWAL: Duration = Duration::from_secs(60 * 60);

fn address(settings: &Serve) -> Result<SocketAddr, CommandError> {
    let unknown = |e| CommandError::Address(settings.listen.clone(), e);
    let found = settings.listen.to_socket_addrs().map_err(unknown)?.next();
    let address = found.ok_or_else(|| unknown(io::ErrorKind::NotFound.into()))?;
    if address.ip().is_loopback() || settings.allow_remote || settings.tls_cert.is_some() {
        Ok(address)
    } else {
        Err(CommandError::Remote(address))
    }
}

fn check_app(app: &Path, database: &Path) -> Result<(), CommandError> {
    let unusable = |e| CommandError::File(app.to_owned(), e);
    let app = fs::canonicalize(app).map_err(unusable)?;
    if !app.is_dir() {
        return Err(unusable(io::ErrorKind::NotADirectory.into()));
    }
    let absolute = std::path::absolute(database)?;
    // The folder may not be there yet: its nearest ancestor that is tells where it will be.
    let there = absolute
        .ancestors()
        .skip(1)
        .find_map(|path| fs::canonicalize(path).ok());
    match there {
        Some(folder) if folder.starts_with(&app) => Err(CommandError::DatabaseInApp(app)),
        _ => Ok(()),
    }
}

/// The folder of a database, for its owner only.
fn create_folder(database: &Path) -> Result<(), CommandError> {
    if let Some(folder) = database
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(folder)
            .map_err(|e| CommandError::File(folder.to_owned(), e))?;
    }
    Ok(())
}

/// Opens the database; makes it, a file readable by its owner only, when it is not there.
fn create(database: &Database) -> Result<Store, CommandError> {
    if let Database::Sqlite(file) = database {
        if !file.exists() && unfinished(file).exists() {
            return Err(CommandError::HalfRestored(file.clone()));
        }
        create_folder(file)?;
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options
            .open(file)
            .map_err(|e| CommandError::File(file.clone(), e))?;
    }
    Ok(Store::open(database)?)
}

fn open(place: &Where) -> Result<Store, CommandError> {
    open_there(&place.database)
}

fn open_there(database: &Database) -> Result<Store, CommandError> {
    if !store::is_there(database)? {
        return Err(CommandError::NoDatabase(database.clone()));
    }
    Ok(Store::open(database)?)
}

/// Where the key lies in the clear; beside a server there is no such place.
fn key_file(database: &Database) -> Option<PathBuf> {
    match database {
        Database::Sqlite(file) => Some(device_key::path_beside(file)),
        Database::Postgres(_) => None,
    }
}

/// The key that all devices share: the one given, or the one from before. None when there is none, or only its hash
/// is left; devices that have it are still served.
async fn settle_key(store: &Store, settings: &Serve) -> Result<Option<String>, CommandError> {
    let known = store.identity().await?.device_key_hash;
    let file = key_file(&settings.place.database);
    let key = match (&settings.device_key, known) {
        (Some(given), _) => given.clone(),
        (None, None) => return Ok(None),
        (None, Some(hash)) => return file.map_or(Ok(None), |file| read_key(&file, hash)),
    };
    // The file first: a key whose hash is stored and that nobody knows would lock everybody out.
    if let Some(file) = file {
        device_key::write(&file, &key).map_err(|e| CommandError::File(file, e))?;
    }
    store.set_device_key_hash(device_key::hash(&key)).await?;
    Ok(Some(key))
}

/// Devices that share a key are told apart by nobody: each enrols anew.
async fn end_key(place: &Where) -> Result<(), CommandError> {
    let store = open(place)?;
    if store.identity().await?.device_key_hash.is_none() {
        return Err(CommandError::NoSharedKey);
    }
    store.end_device_key().await?;
    if let Some(file) = key_file(&place.database).filter(|file| file.exists()) {
        fs::remove_file(&file).map_err(|e| CommandError::File(file, e))?;
    }
    Ok(writeln!(
        io::stdout(),
        "Đã bỏ khóa chung. Khởi động lại máy chủ; mỗi máy ghi danh bằng mã riêng, dữ liệu trên máy còn nguyên."
    )?)
}

fn read_key(file: &Path, hash: [u8; 32]) -> Result<Option<String>, CommandError> {
    let key = device_key::read(file).map_err(|e| CommandError::File(file.to_owned(), e))?;
    Ok(key.filter(|key| device_key::hash(key) == hash))
}

async fn print_key(place: &Where) -> Result<(), CommandError> {
    let file = key_file(&place.database).ok_or(CommandError::KeyNowhere)?;
    let hash = open(place)?.identity().await?.device_key_hash;
    let hash = hash.ok_or(CommandError::NoSharedKey)?;
    let key = read_key(&file, hash)?;
    let key = key.ok_or(CommandError::KeyLost(file))?;
    writeln!(io::stdout(), "Khóa thiết bị: {key}")?;
    Ok(())
}

async fn renew_epoch(place: &Where) -> Result<(), CommandError> {
    let epoch = new_epoch()?;
    open(place)?.set_epoch(&epoch).await?;
    writeln!(io::stdout(), "Kỷ nguyên mới: {epoch}")?;
    Ok(())
}

/// What the name of a backup that is not whole yet ends in.
const UNFINISHED: &str = "chua-xong";

/// Copied under another name first: a backup that was not read whole is none.
fn back_up_to(database: &Database, to: &Path) -> Result<(), CommandError> {
    if !store::is_there(database)? {
        return Err(CommandError::NoDatabase(database.clone()));
    }
    if to.exists() {
        return Err(CommandError::Exists(Database::Sqlite(to.to_owned())));
    }
    let unfinished = beside(to, UNFINISHED);
    let unusable = |e| CommandError::File(unfinished.clone(), e);
    if unfinished.exists() {
        fs::remove_file(&unfinished).map_err(unusable)?; // of a backup that was cut off
    }
    copy(database, &unfinished)?;
    let found = store::verify(&Database::Sqlite(unfinished.clone()))?;
    fs::File::open(&unfinished)?.sync_all()?;
    fs::rename(&unfinished, to).map_err(|e| CommandError::File(to.to_owned(), e))?;
    say_verified(&to.display().to_string(), found)
}

fn verify(database: &Database) -> Result<(), CommandError> {
    if !store::is_there(database)? {
        return Err(CommandError::NoDatabase(database.clone()));
    }
    say_verified(&database.to_string(), store::verify(database)?)
}

fn say_verified(place: &str, found: Verified) -> Result<(), CommandError> {
    let Verified {
        changes,
        bytes,
        scopes,
    } = found;
    Ok(writeln!(
        io::stdout(),
        "{place}: {changes} lần ghi ({bytes} byte) trong {scopes} phạm vi, nguyên vẹn, không thiếu số nào.",
    )?)
}

/// The copy is read whole before anything is moved, and what was there is moved, not deleted.
fn restore(settings: &Restore) -> Result<(), CommandError> {
    let database = &settings.place.database;
    let from = Database::Sqlite(settings.from.clone());
    if !store::is_there(&from)? {
        return Err(CommandError::NoDatabase(from));
    }
    let found = store::verify(&from)?;
    let mut out = io::stdout();
    let was_there = store::is_there(database)?;
    if was_there && !settings.replace {
        return Err(CommandError::Exists(database.clone()));
    }
    if was_there && !store::is_alone(database)? {
        return Err(CommandError::InUse(database.clone()));
    }
    let (epoch, now) = (new_epoch()?, crate::now_ms());
    let aside = match database {
        Database::Sqlite(file) => {
            create_folder(file)?;
            // Whole and in its new life before anything is moved.
            let unfinished = unfinished(file);
            let unusable = |e| CommandError::File(unfinished.clone(), e);
            if unfinished.exists() {
                fs::remove_file(&unfinished).map_err(unusable)?; // of a restore that was cut off
            }
            let fresh = Database::Sqlite(unfinished.clone());
            store::restore(&settings.from, &fresh, &epoch, "")?;
            fs::File::open(&unfinished)
                .and_then(|file| file.sync_all())
                .map_err(unusable)?;
            let aside = put_aside(file, now)?;
            fs::rename(&unfinished, file).map_err(|e| CommandError::File(file.clone(), e))?;
            aside.display().to_string()
        }
        Database::Postgres(_) => {
            let schema = format!("truoc_phuc_hoi_{now}");
            store::restore(&settings.from, database, &epoch, &schema)?;
            format!("{database}, schema {schema}")
        }
    };
    if was_there {
        writeln!(out, "Cơ sở dữ liệu trước đây nằm ở {aside}.")?;
    }
    say_verified(&database.to_string(), found)?;
    writeln!(
        out,
        "Kỷ nguyên mới: {epoch}. Các máy sẽ gửi lại những gì mới hơn bản sao lưu. Sổ cấp số tạm dừng: xem `books list`."
    )?;
    Ok(())
}

/// Where a restore prepares a file.
fn unfinished(file: &Path) -> PathBuf {
    beside(file, "phuc-hoi-chua-xong")
}

/// Moves what is there out of the way; where it is now.
fn put_aside(file: &Path, now: u64) -> Result<PathBuf, CommandError> {
    let aside = beside(file, &format!("truoc-phuc-hoi-{now}"));
    // With its log: what was committed last lies there.
    for more in ["-wal", "-shm", ""] {
        let (from, to) = (with(file, more), with(&aside, more));
        if from.exists() {
            fs::rename(&from, &to).map_err(|e| CommandError::File(from.clone(), e))?;
        }
    }
    Ok(aside)
}

/// The same name with a word behind it.
fn beside(path: &Path, word: &str) -> PathBuf {
    with(path, &format!(".{word}"))
}

fn with(path: &Path, more: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(more);
    PathBuf::from(name)
}

/// How the next device comes in.
struct Way<'a> {
    scheme: &'static str,
    /// A code for the first administrator.
    first: Option<&'a Code>,
    /// The key that all share, where it is known in the clear.
    key: Option<&'a str>,
    has_key: bool,
}

fn announce(address: SocketAddr, way: &Way<'_>) -> io::Result<()> {
    let url = format!("{}://{address}/", way.scheme);
    let mut out = io::stdout().lock();
    writeln!(out, "Sổ tay Dân vận: {url}")?;
    if let Some(Code { code, expires_at }) = way.first {
        let (day, clock) = (date::today(*expires_at), date::clock(*expires_at));
        writeln!(
            out,
            "Ghi danh người quản trị (một lần, đến {day} {clock}): {url}#/ket-noi?ma={code}"
        )?;
    }
    match way.key {
        Some(key) => {
            writeln!(out, "Nối máy bằng khóa chung: {url}#/ket-noi?khoa={key}")?;
            writeln!(out, "Khóa thiết bị: {key}")?;
        }
        None if way.has_key => writeln!(out, "Khóa thiết bị: như trước")?,
        None => {}
    }
    writeln!(out, "Sẵn sàng.")?;
    out.flush()
}

/// Ends when the process is asked to stop.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut term, mut int) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
    })
}

/// Ends when the process is asked to stop.
#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "Ctrl+C is not heard");
            std::future::pending::<()>().await;
        }
    })
}
