//! Until when a certificate is good, read out of its DER: the one thing that rustls does not say.

/// The tag of the version, which the first certificates did not have.
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The last day, as `2027-01-31`; none when the bytes are not a certificate.
pub(super) fn last_day(certificate: &[u8]) -> Option<String> {
    // Certificate { signed { version?, serial, algorithm, issuer, validity { not before, not after }, … }, … }
    let (_, certificate, _) = element(certificate)?;
    let (_, signed, _) = element(certificate)?;
    let mut rest = match element(signed)? {
        (VERSION, _, after) => after,
        _ => signed,
    };
    for _before in ["serial", "algorithm", "issuer"] {
        (_, _, rest) = element(rest)?;
    }
    let (_, validity, _) = element(rest)?;
    let (_, _, rest) = element(validity)?;
    let (tag, moment, _) = element(rest)?;
    let digits = str::from_utf8(moment).ok()?; // not a moment
    let (year, rest) = match tag {
        UTC_TIME => {
            let (year, rest) = digits.split_at_checked(2)?;
            // RFC 5280: 50 to 99 are of the last century.
            let century = if year < "50" { "20" } else { "19" };
            (format!("{century}{year}"), rest)
        }
        GENERALIZED_TIME => {
            let (year, rest) = digits.split_at_checked(4)?;
            (year.to_owned(), rest)
        }
        _ => return None,
    };
    let day = format!("{year}-{}-{}", rest.get(..2)?, rest.get(2..4)?);
    records::date::parse(&day).map(|_| day)
}

/// The first element: its tag, what is in it, what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match *first {
        short @ ..=0x7f => (usize::from(short), rest),
        // So many bytes say the length; a certificate of more than four of them there is not.
        long @ 0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(long - 0x80))?;
            let add = |length: usize, byte: &u8| (length << 8) | usize::from(*byte);
            (bytes.iter().fold(0, add), rest)
        }
        _ => return None,
    };
    let (inner, rest) = rest.split_at_checked(length)?;
    Some((*tag, inner, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until(year: i32, month: u8, day: u8) -> Vec<u8> {
        let mut params = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(year, month, day);
        let key = rcgen::KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn the_last_day_is_read_in_both_ways_of_writing_it() {
        assert_eq!(last_day(&until(2027, 1, 31)).unwrap(), "2027-01-31");
        assert_eq!(last_day(&until(2055, 12, 1)).unwrap(), "2055-12-01");
    }

    #[test]
    fn what_is_no_certificate_has_none() {
        let whole = until(2027, 1, 31);
        for length in 0..whole.len() {
            assert_eq!(last_day(&whole[..length]), None, "cut at {length}");
        }
        assert_eq!(last_day(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
        assert_eq!(last_day(b"-----BEGIN CERTIFICATE-----"), None);
    }
}
