//! Request bodies, which are hostile until read: bounded as sent, bounded unpacked, bounded in items.

use std::{io::Read, time::Duration};

use axum::{
    body::Body,
    http::{HeaderMap, header},
};
use flate2::read::MultiGzDecoder;
use http_body_util::BodyExt;

use super::problem::Problem;

/// The most bytes as sent (PROTOCOL.md, Errors).
const SENT_BYTES_MAX: usize = 1024 * 1024;
/// The most bytes unpacked: text of our kind packs about 6 to 1.
const UNPACKED_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Elements near the top of a body. A request has at most 1,000 changes and 5,000 offered ids;
/// without a bound, eight million commas would become eight million allocations.
const ITEMS_MAX: usize = 10_000;
/// How long a phone may send nothing at all in the middle of a body.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// How the bytes of a body are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Gzip,
}

/// How a body is packed, when it is JSON.
pub(crate) fn packing(headers: &HeaderMap) -> Result<Packing, Problem> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let kind = text(header::CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(Problem::ContentType);
    }
    match text(header::CONTENT_ENCODING).map(str::trim) {
        None | Some("") => Ok(Packing::Plain),
        Some(name) if name.eq_ignore_ascii_case("identity") => Ok(Packing::Plain),
        Some(name) if name.eq_ignore_ascii_case("gzip") => Ok(Packing::Gzip),
        Some(_) => Err(Problem::ContentType),
    }
}

/// The bytes of a body as sent.
pub(crate) async fn receive(mut body: Body) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = next_chunk(&mut body).await? {
        if bytes.len() + chunk.len() > SENT_BYTES_MAX {
            drain(body).await;
            return Err(Problem::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Reads and forgets what a client is still sending (within reason): many show the answer only
/// when they could send all, and report a broken connection otherwise.
pub(crate) async fn drain(mut body: Body) {
    let mut left = UNPACKED_BYTES_MAX;
    while let Ok(Some(chunk)) = next_chunk(&mut body).await {
        match left.checked_sub(chunk.len()) {
            Some(less) => left = less,
            None => return,
        }
    }
}

async fn next_chunk(body: &mut Body) -> Result<Option<axum::body::Bytes>, Problem> {
    loop {
        match tokio::time::timeout(SILENCE_MAX, body.frame()).await {
            Err(_elapsed) => return Err(Problem::Busy),
            Ok(None) => return Ok(None),
            // Cut off: nobody is left to read the answer.
            Ok(Some(Err(_cut))) => return Err(Problem::BadJson),
            Ok(Some(Ok(frame))) => {
                if let Ok(chunk) = frame.into_data() {
                    return Ok(Some(chunk));
                }
            }
        }
    }
}

/// The text of a body, unpacked no further than the bound.
pub(crate) fn unpack(bytes: Vec<u8>, packing: Packing) -> Result<String, Problem> {
    let plain = match packing {
        Packing::Plain => bytes,
        Packing::Gzip => gunzip(&bytes)?,
    };
    let Ok(text) = String::from_utf8(plain) else {
        return Err(Problem::BadJson);
    };
    if items(text.as_bytes()) > ITEMS_MAX {
        return Err(Problem::TooLarge);
    }
    Ok(text)
}

fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, Problem> {
    let bound = u64::try_from(UNPACKED_BYTES_MAX + 1).unwrap_or(u64::MAX);
    let mut plain = Vec::new();
    match MultiGzDecoder::new(bytes)
        .take(bound)
        .read_to_end(&mut plain)
    {
        Ok(length) if length > UNPACKED_BYTES_MAX => Err(Problem::TooLarge),
        Ok(_) => Ok(plain),
        Err(_damaged) => Err(Problem::BadJson),
    }
}

/// How many commas a JSON text has in its outermost two levels, counted without recursion.
fn items(text: &[u8]) -> usize {
    let (mut depth, mut count, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in text {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (true, b'"') => in_text = false,
            (true, _) => {}
            (false, b'"') => in_text = true,
            (false, b'[' | b'{') => depth += 1,
            (false, b']' | b'}') => depth = depth.saturating_sub(1),
            (false, b',') if depth <= 2 => count += 1,
            (false, _) => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_was_packed_comes_out() {
        assert_eq!(unpack(gzip(b"{}"), Packing::Gzip), Ok("{}".to_owned()));
    }

    #[test]
    fn a_bomb_is_too_large_and_a_torn_one_is_unreadable() {
        let bomb = gzip(&vec![b' '; UNPACKED_BYTES_MAX + 1]);
        assert!(bomb.len() < SENT_BYTES_MAX);
        assert_eq!(unpack(bomb.clone(), Packing::Gzip), Err(Problem::TooLarge));
        assert_eq!(
            unpack(bomb[..20].to_vec(), Packing::Gzip),
            Err(Problem::BadJson)
        );
        assert_eq!(unpack(b"[]".to_vec(), Packing::Gzip), Err(Problem::BadJson));
    }

    #[test]
    fn a_million_tiny_changes_are_too_many() {
        let body = format!(r#"{{"changes":[{}0]}}"#, "0,".repeat(1_000_000));
        assert_eq!(
            unpack(body.into_bytes(), Packing::Plain),
            Err(Problem::TooLarge)
        );
        assert_eq!(items(br#"{"a":["x,y\",",{"b":[1,2,3]}],"c":0}"#), 2);
    }
}
