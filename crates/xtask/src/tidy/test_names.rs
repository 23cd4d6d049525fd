//! Tests that prove a rule of the product are named after its id, so that a tool can count them: `c40_…`, `t26_t27_…`,
//! `k13_…`, `g1_…`. A name that only looks like one proves nothing to the tool, so it is a violation.

use super::{Violation, tree::File};

/// The rule's name.
pub(super) const RULE: &str = "test-names";

/// The families of feature ids: four systems and their companions, the unified rules, the guarantees about events.
const FAMILIES: &[&str] = &["c", "p", "s", "t", "cx", "px", "sx", "tx", "k", "g"];

/// Families whose numbers are written without a leading zero.
const PLAIN: &[&str] = &["k", "g"];

/// Judges the names of the tests in a Rust file.
pub(super) fn check(file: &File) -> Vec<Violation> {
    tests(&file.code)
        .into_iter()
        .filter_map(|(line, name)| {
            let should = mistake(name)?;
            let what = format!("the test `{name}` seems to begin with a feature's id, but {should}");
            let mend = "write ids in lower case without the dash, each followed by `_`, then what the test shows: \
                        `c40_upload_over_25_mib_is_refused`, `t26_t27_…`, `k13_…`, `g1_…`";
            Some(file.breach(line, RULE, what, mend))
        })
        .collect()
}

/// The functions of masked code that carry a test attribute, with their lines.
fn tests(code: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut is_test = false;
    for (at, line) in code.lines().enumerate() {
        let line = line.trim();
        is_test |= is_test_attribute(line);
        let Some((_, after)) = line
            .split_once("fn ")
            .filter(|(before, _)| before.is_empty() || before.ends_with([' ', ']']))
        else {
            continue;
        };
        if std::mem::take(&mut is_test) {
            let end = after.find(['(', '<', ' ']).unwrap_or(after.len());
            found.push((at + 1, &after[..end]));
        }
    }
    found
}

/// `#[test]`, `#[tokio::test]`, `#[tokio::test(flavor = …)]`.
fn is_test_attribute(line: &str) -> bool {
    let Some(attribute) = line.strip_prefix("#[") else {
        return false;
    };
    let end = attribute.find(['(', ']']).unwrap_or(attribute.len());
    attribute[..end].rsplit("::").next().map(str::trim) == Some("test")
}

/// What is wrong with a name; `None` for a name that begins with no id, or with well-formed ids.
fn mistake(name: &str) -> Option<String> {
    let mut words = name.split('_').peekable();
    let mut ids = 0;
    while let Some(word) = words.next() {
        let lower = word.to_lowercase();
        let digits = lower.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let family = &lower[..lower.len() - digits.len()];
        let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let number_follows = words.peek().is_some_and(|next| all_digits(next));
        if FAMILIES.contains(&family) && all_digits(digits) {
            if word != lower {
                return Some(format!("`{word}` is not in lower case"));
            }
            if digits.len() > 2 {
                return Some(format!("`{word}` has more than two digits"));
            }
            if PLAIN.contains(&family) && digits.starts_with('0') {
                return Some(format!(
                    "`{word}` has a leading zero, which {family} ids have not"
                ));
            }
            ids += 1;
        } else if FAMILIES.contains(&lower.as_str()) && number_follows {
            return Some(format!("`{word}_` stands apart from its number"));
        } else if ids > 0 && all_digits(word) {
            return Some(format!("`{word}` stands without its letter"));
        } else if ids > 0 && word.is_empty() {
            return Some("nothing follows it".to_owned());
        } else {
            return None;
        }
    }
    Some("nothing follows it".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_formed_names_pass() {
        for name in [
            "c40_upload_over_25_mib_answers_the_exact_text",
            "t26_t27_seen_message_needs_an_admin",
            "c01_c1_both_ways",
            "cx03_px13_companions",
            "k13_one_rule",
            "g1_no_gap",
            "the_house_keeps_its_layers",
            "s_curve_is_smooth",
            "t_is_a_letter",
            "sha256_of_nothing",
        ] {
            assert_eq!(mistake(name), None, "{name}");
        }
    }

    #[test]
    fn malformed_names_are_found() {
        for (name, what) in [
            ("c_40_upload", "`c_` stands apart from its number"),
            ("C40_upload", "`C40` is not in lower case"),
            ("T_26_t27_seen", "`T_` stands apart from its number"),
            ("t26_27_seen", "`27` stands without its letter"),
            ("t26_T27_seen", "`T27` is not in lower case"),
            ("c400_upload", "`c400` has more than two digits"),
            ("k01_rule", "`k01` has a leading zero, which k ids have not"),
            ("c40", "nothing follows it"),
            ("c40_c41", "nothing follows it"),
            ("c40__upload", "nothing follows it"),
        ] {
            assert_eq!(mistake(name).as_deref(), Some(what), "{name}");
        }
    }

    #[test]
    fn only_tests_are_looked_at_and_with_their_lines() {
        let source = "\
#[test]
fn c_1_one() {}
fn c_2_helper() {}
#[tokio::test(flavor = \"multi_thread\")]
#[ignore]
async fn c_3_three() {}
// #[test]
fn c_4_four() {}
    #[test] fn c_5_five() {}
";
        let lines: Vec<_> = check(&File::new("a.rs", source))
            .into_iter()
            .map(|v| v.line)
            .collect();
        assert_eq!(lines, [2, 6, 9]);
    }
}
