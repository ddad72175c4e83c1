//! Processes by their numbers, as Linux shows them in `/proc`.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    process::Command,
};

/// A port that nobody listens on right now.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// State letter and parent of a process, while it is there.
fn stat(pid: u32) -> Option<(char, u32)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything, so what follows it is read.
    let (_, after) = stat.rsplit_once(") ")?;
    let mut words = after.split(' ');
    let state = words.next()?.chars().next()?;
    Some((state, words.next()?.parse().ok()?))
}

/// Whether a process still runs; one that only waits to be collected does not.
pub(crate) fn is_alive(pid: u32) -> bool {
    stat(pid).is_some_and(|(state, _)| !matches!(state, 'Z' | 'X'))
}

/// All processes below one, whoever started them.
pub(crate) fn descendants(pid: u32) -> Vec<u32> {
    let folders = fs::read_dir("/proc").expect("the browser tests need Linux");
    let numbers = folders.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let parents: Vec<(u32, u32)> = numbers
        .filter_map(|pid: u32| Some((pid, stat(pid)?.1)))
        .collect();
    let mut found = vec![pid];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        found.extend(
            parents
                .iter()
                .filter(|(_, of)| *of == parent)
                .map(|(child, _)| *child),
        );
        next += 1;
    }
    found.remove(0);
    found
}

/// Ends processes as a lost battery would.
pub(crate) fn kill_9(pids: &[u32]) {
    if pids.is_empty() {
        return;
    }
    let list: Vec<String> = pids.iter().map(u32::to_string).collect();
    let command = format!("kill -9 {} 2>/dev/null", list.join(" "));
    // Some may have ended by themselves meanwhile; who is alive is asked afterwards.
    let _status = Command::new("sh").args(["-c", &command]).status().unwrap();
}
