//! How a character is compared.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// What a character comes to.
pub(super) enum Folded {
    /// Part of a word.
    Letter(char),
    /// A word by itself, of a script that is written without spaces.
    Alone(char),
    /// No part of any word.
    Apart,
}

/// Tells what a character comes to: nothing if it only changes how another is spoken or shown.
pub(super) fn each(c: char, mut told: impl FnMut(Folded)) {
    if c.is_ascii() {
        told(if c.is_ascii_alphanumeric() {
            Folded::Letter(c.to_ascii_lowercase())
        } else {
            Folded::Apart
        });
        return;
    }
    decompose_compatible(c, |part| {
        if is_diacritic(part) {
            return;
        }
        for lower in part.to_lowercase().filter(|lower| !is_diacritic(*lower)) {
            match spelled(lower) {
                Some(letters) => letters.chars().for_each(|c| told(Folded::Letter(c))),
                None => told(place(lower)),
            }
        }
    });
}

fn place(c: char) -> Folded {
    match c {
        c if !(c.is_alphanumeric() || is_combining_mark(c)) => Folded::Apart,
        // Thai and Lao, Myanmar, Khmer, Hiragana and Katakana, Han.
        '\u{e00}'..='\u{eff}'
        | '\u{1000}'..='\u{109f}'
        | '\u{1780}'..='\u{17ff}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30ff}'
        | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' => Folded::Alone(c),
        c => Folded::Letter(c),
    }
}

/// Marks that people leave out when they search, and what is not seen at all. The vowel signs of
/// Indic scripts are none of these.
fn is_diacritic(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
        | '\u{300}'..='\u{36f}'
        | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
        | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}'
        | '\u{200c}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{fe20}'..='\u{fe2f}'
    )
}

/// Letters that no decomposition takes apart, as those spell them who do not have them.
fn spelled(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ð' | 'đ' => "d",
        'þ' => "th",
        'ł' => "l",
        'ħ' => "h",
        'ŋ' => "n",
        'ı' => "i",
        'ς' => "σ",
        _ => return None,
    })
}
