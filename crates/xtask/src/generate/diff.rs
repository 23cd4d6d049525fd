//! A short difference between two texts: enough to see what has changed, not a merge tool.

/// How many lines of each side are shown.
const SHOWN: usize = 20;

/// The lines between the common beginning and the common end: first the kept ones with `-`, then the made ones with
/// `+`, under the line number where they begin.
pub(super) fn short(kept: &str, made: &str) -> String {
    let kept: Vec<_> = kept.split_inclusive('\n').collect();
    let made: Vec<_> = made.split_inclusive('\n').collect();
    let begin = kept.iter().zip(&made).take_while(|(a, b)| a == b).count();
    let end = kept[begin..]
        .iter()
        .rev()
        .zip(made[begin..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();

    let mut shown = vec![format!("@@ line {} @@", begin + 1)];
    for (sign, lines) in [
        ('-', &kept[begin..kept.len() - end]),
        ('+', &made[begin..made.len() - end]),
    ] {
        for line in lines.iter().take(SHOWN) {
            let note = if line.ends_with('\n') {
                ""
            } else {
                " (no newline at the end)"
            };
            shown.push(format!("{sign}{}{note}", line.trim_end_matches('\n')));
        }
        if lines.len() > SHOWN {
            shown.push(format!("{sign}… and {} more lines", lines.len() - SHOWN));
        }
    }
    shown.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_only_what_differs() {
        let difference = short("a\nb\nc\nd\n", "a\nx\ny\nc\nd\n");
        assert_eq!(difference, "@@ line 2 @@\n-b\n+x\n+y");
    }

    #[test]
    fn shows_a_lost_line_end_and_a_missing_file() {
        assert_eq!(
            short("a\nb\n", "a\nb"),
            "@@ line 2 @@\n-b\n+b (no newline at the end)"
        );
        assert_eq!(short("", "a\n"), "@@ line 1 @@\n+a");
    }

    #[test]
    fn repeated_lines_are_not_counted_twice() {
        assert_eq!(short("a\na\n", "a\na\na\n"), "@@ line 3 @@\n+a");
    }

    #[test]
    fn a_long_difference_is_cut() {
        let made = "line\n".repeat(50);
        let difference = short("", &made);
        assert_eq!(difference.lines().count(), SHOWN + 2);
        assert!(difference.ends_with("+… and 30 more lines"));
    }
}
