//! A plain static host with the app in a folder below its root: this very test binary, started once more.

use std::{
    env, fs,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use super::{endpoint::status_of, given};

/// Set for the child alone: the folder it serves.
const SERVE: &str = "SO_TAY_E2E_SERVE";
/// The test below, by which the child is started.
const ENTRANCE: &str = "harness::static_host::it_serves_its_folder_and_nothing_else";
/// The word before the port, on a line of the child's own.
const ANNOUNCEMENT: &str = "static host on port ";

/// Where the app lies on the host.
pub(crate) const FOLDER: &str = "/xa-thu/so-tay/";

pub(crate) struct StaticHost {
    child: Child,
    port: u16,
}

impl StaticHost {
    /// With the build that is tested.
    pub(crate) fn start() -> Self {
        Self::start_in(&given("SO_TAY_APP_DIR"))
    }

    pub(crate) fn start_in(folder: &Path) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", ENTRANCE, "--nocapture"])
            .env(SERVE, folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once(ANNOUNCEMENT)?;
            port.parse().ok()
        });
        Self {
            child,
            port: port.expect("the static host says its port"),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}{FOLDER}", self.port)
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for StaticHost {
    fn drop(&mut self) {
        self.kill();
    }
}

#[test]
fn it_serves_its_folder_and_nothing_else() {
    if let Some(folder) = env::var_os(SERVE) {
        serve(&PathBuf::from(folder));
    }
    let host = StaticHost::start();
    assert_eq!(status_of(host.port, FOLDER), Some(200));
    assert_eq!(status_of(host.port, &format!("{FOLDER}sw.js")), Some(200));
    for path in [
        "/",
        "/index.html",
        &format!("{FOLDER}no"),
        &format!("{FOLDER}../Cargo.toml"),
    ] {
        assert_eq!(status_of(host.port, path), Some(404), "{path}");
    }
}

/// Until killed, or until whoever started it is gone.
fn serve(folder: &Path) -> ! {
    thread::spawn(|| {
        // Ends with the parent, however that ends.
        let _read = io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let line = format!("\n{ANNOUNCEMENT}{port}\n");
    io::stdout().write_all(line.as_bytes()).unwrap(); // println! would be caught by the test harness
    loop {
        let Ok((stream, _)) = listener.accept() else {
            continue;
        };
        let folder = folder.to_owned();
        // A browser that hangs up early is no concern of a static host.
        thread::spawn(move || drop(answer(stream, &folder)));
    }
}

fn answer(mut stream: TcpStream, folder: &Path) -> io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    for header in lines {
        if header?.is_empty() {
            break;
        }
    }
    let target = request.split(' ').nth(1).unwrap_or_default();
    let path = target.split('?').next().unwrap_or_default();
    let file = path
        .strip_prefix(FOLDER)
        .filter(|file| !file.contains(".."));
    let name = file.map(|file| if file.is_empty() { "index.html" } else { file });
    let found = name.and_then(|name| Some((kind_of(name), fs::read(folder.join(name)).ok()?)));
    let (status, kind, body) = match found {
        Some((kind, body)) => ("200 OK", kind, body),
        None => ("404 Not Found", "text/plain", b"404".to_vec()),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)
}

fn kind_of(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html",
        "js" => "text/javascript",
        "css" => "text/css",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "json" | "webmanifest" => "application/json",
        _ => "application/octet-stream",
    }
}
