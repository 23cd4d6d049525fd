//! Untrusted text to values: ids, names, addresses, days.

use chrono::{Datelike as _, NaiveDate};

/// Most characters of an id.
const ID_CHARS: usize = 255;
/// Most characters of a name.
const NAME_CHARS: usize = 255;
/// Most characters of an address.
const EMAIL_CHARS: usize = 254;
/// The years that a date of a directory can lie in.
const YEARS: std::ops::RangeInclusive<i32> = 1850..=2199;

/// An id of a source: 1 to 255 characters, none of them a space or a control character.
pub(crate) fn id(text: &str) -> Option<&str> {
    let text = text.trim();
    let fine = !text.is_empty()
        && text.chars().count() <= ID_CHARS
        && !text.chars().any(|c| c.is_control() || c.is_whitespace());
    fine.then_some(text)
}

/// A name: its words with one space between them, without what controls a terminal or the
/// direction of text. None if nothing is left, or more than 255 characters.
pub(crate) fn name(text: &str) -> Option<String> {
    let words = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .map(|word| word.chars().filter(|c| !invisible(*c)).collect::<String>())
        .filter(|word| !word.is_empty());
    let name = words.collect::<Vec<_>>().join(" ");
    (!name.is_empty() && name.chars().count() <= NAME_CHARS).then_some(name)
}

fn invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// An e-mail address, as far as it has to be one here: something, an `@`, a domain.
pub(crate) fn email(text: &str) -> Option<String> {
    let text = text.trim();
    let (local, domain) = text.rsplit_once('@')?;
    let fine = !local.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && text.chars().count() <= EMAIL_CHARS
        && !text.chars().any(|c| {
            c.is_control()
                || c.is_whitespace()
                || invisible(c)
                || matches!(c, '<' | '>' | ',' | ';')
        });
    fine.then(|| text.to_owned())
}

/// A day as `YYYY-MM-DD`.
pub(crate) fn day(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    if text.len() != 10 {
        return None;
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    YEARS.contains(&day.year()).then_some(day)
}

/// The day on which a FHIR `date` or `dateTime` begins: of a year its first day. A moment's day is
/// the one that it is written with.
pub(crate) fn first_day(text: &str) -> Option<NaiveDate> {
    match text.len() {
        4 => day(&format!("{text}-01-01")),
        7 => day(&format!("{text}-01")),
        10 => day(text),
        _ => moment_day(text),
    }
}

/// The day on which it ends: of a year its last day.
pub(crate) fn last_day(text: &str) -> Option<NaiveDate> {
    match text.len() {
        4 => day(&format!("{text}-12-31")),
        7 => {
            let first = day(&format!("{text}-01"))?;
            let next = first.checked_add_months(chrono::Months::new(1))?;
            next.pred_opt()
        }
        _ => first_day(text),
    }
}

fn moment_day(text: &str) -> Option<NaiveDate> {
    let (date, time) = text.split_once('T')?;
    let clock = time.len() >= 5 && time.as_bytes().get(2) == Some(&b':');
    if clock { day(date) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ids_carry_nothing_that_cannot_be_seen() {
        assert_eq!(
            name("  Ana\t\u{202e}María \r\n Soto\0 ").unwrap(),
            "Ana María Soto"
        );
        assert_eq!(name(" \u{200b} "), None);
        assert_eq!(name(&"x".repeat(256)), None);
        assert_eq!(id(" a-1 "), Some("a-1"));
        for bad in ["", " ", "a b", "a\0", &"x".repeat(256)] {
            assert_eq!(id(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn addresses_are_told_from_other_text() {
        assert_eq!(email(" a@b.example ").unwrap(), "a@b.example");
        for bad in [
            "",
            "a",
            "@b.example",
            "a@b",
            "a b@c.example",
            "<a@b.example>",
            "a@.x",
            "a@b.example,c@d.example",
        ] {
            assert_eq!(email(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn days_are_read_in_the_forms_of_either_format() {
        let date = |y, m, d| NaiveDate::from_ymd_opt(y, m, d);
        assert_eq!(day("2026-03-11"), date(2026, 3, 11));
        for bad in [
            "03-11-21",
            "2026-3-11",
            "2026-02-30",
            "0021-03-11",
            "2026-03-11 10:00:00",
            "",
        ] {
            assert_eq!(day(bad), None, "{bad:?}");
        }
        assert_eq!(first_day("2024"), date(2024, 1, 1));
        assert_eq!(last_day("2024"), date(2024, 12, 31));
        assert_eq!(first_day("2024-02"), date(2024, 2, 1));
        assert_eq!(last_day("2024-02"), date(2024, 2, 29));
        assert_eq!(last_day("2024-12"), date(2024, 12, 31));
        assert_eq!(first_day("2023-03-22T23:45:24-04:00"), date(2023, 3, 22));
        assert_eq!(last_day("2023-03-22T23:45:24-04:00"), date(2023, 3, 22));
        assert_eq!(first_day("2023-03-22Tx"), None);
    }
}
