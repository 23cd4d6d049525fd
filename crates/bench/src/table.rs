//! What was measured, as one table of ratios.

use std::fmt::Write as _;

/// A bound on a ratio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bound {
    /// The ratio is at least this.
    AtLeast(f64),
    /// The ratio is at most this.
    AtMost(f64),
    /// None is set.
    Open,
}

/// One measurement: ours beside the limit, or beside ourselves.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// What was measured.
    pub(crate) what: String,
    /// Ours, in the unit of `what`.
    pub(crate) ours: f64,
    /// What it is measured against.
    pub(crate) against: f64,
    /// The unit of both.
    pub(crate) unit: &'static str,
    /// The ratio of the two, ours first.
    pub(crate) bound: Bound,
}

impl Line {
    /// Ours in parts of the other.
    pub(crate) fn ratio(&self) -> f64 {
        self.ours / self.against
    }

    /// Whether the ratio keeps its bound.
    pub(crate) fn holds(&self) -> bool {
        match self.bound {
            Bound::AtLeast(least) => self.ratio() >= least,
            Bound::AtMost(most) => self.ratio() <= most,
            Bound::Open => true,
        }
    }

    fn bound(&self) -> String {
        match self.bound {
            Bound::AtLeast(least) => format!(">= {}", short(least)),
            Bound::AtMost(most) => format!("<= {}", short(most)),
            Bound::Open => String::new(),
        }
    }

    fn verdict(&self) -> &'static str {
        match (self.bound, self.holds()) {
            (Bound::Open, _) => "",
            (_, true) => "PASS",
            (_, false) => "FAIL",
        }
    }

    fn cells(&self) -> Vec<String> {
        vec![
            self.what.clone(),
            short(self.ours),
            short(self.against),
            self.unit.to_owned(),
            short(self.ratio()),
            self.bound(),
            self.verdict().to_owned(),
        ]
    }
}

/// The middle of some values.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => values[count / 2],
        count => f64::midpoint(values[count / 2 - 1], values[count / 2]),
    }
}

fn short(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

const HEAD: [&str; 7] = ["measured", "ours", "against", "unit", "ratio", "bound", ""];
/// Columns of numbers.
const RIGHT: [usize; 3] = [1, 2, 4];

/// The lines as a Markdown table that can be read as it is.
pub(crate) fn render(lines: &[Line]) -> String {
    let mut rows = vec![HEAD.map(str::to_owned).to_vec()];
    rows.extend(lines.iter().map(Line::cells));
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(String::len).max().unwrap_or_default()
    };
    let mut text = String::new();
    for (at, row) in rows.iter().enumerate() {
        for (column, cell) in row.iter().enumerate() {
            let width = width(column);
            let _infallible = if RIGHT.contains(&column) {
                write!(text, "| {cell:>width$} ")
            } else {
                write!(text, "| {cell:width$} ")
            };
        }
        text.push_str("|\n");
        if at == 0 {
            for column in 0..row.len() {
                let colon = if RIGHT.contains(&column) { ":" } else { "-" };
                let _infallible = write!(text, "|{}{colon}", "-".repeat(width(column) + 1));
            }
            text.push_str("|\n");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert!(median(Vec::new()).is_nan());
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!((median(vec![4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < 1e-9);
    }

    #[test]
    fn bounds_and_verdicts() {
        let line = |bound| Line {
            what: "x".to_owned(),
            ours: 1.0,
            against: 2.0,
            unit: "us",
            bound,
        };
        assert!(line(Bound::AtLeast(0.5)).holds());
        assert!(!line(Bound::AtLeast(0.7)).holds());
        assert!(line(Bound::AtMost(0.5)).holds());
        let text = render(&[line(Bound::AtMost(0.1)), line(Bound::Open)]);
        let widths: Vec<usize> = text.lines().map(str::len).collect();
        assert!(widths.iter().all(|width| *width == widths[0]), "{text}");
        assert!(text.contains("FAIL"), "{text}");
    }
}
