//! Any bytes through the sanitiser: it answers, its answer is a fixed point, and nothing that
//! runs is in it. `crates/domain/tests/xss/` is a corpus to start from.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tidings_domain::{AttachmentId, BodyRules, RichBody, limits, served_html};
use uuid::Uuid;

fuzz_target!(|html: &str| {
    let parse = |html: &str| {
        let rules = BodyRules {
            min: 1,
            max: limits::MAX_BODY_CHARS,
        };
        RichBody::parse(html, rules, |_| Some(AttachmentId(Uuid::nil())))
    };
    let Ok(body) = parse(html) else { return };
    let again = parse(body.html()).expect("its own answer is a text");
    assert_eq!(again.html(), body.html());
    assert_eq!(again.text(), body.text());
    let lower = body.html().to_lowercase();
    for never in ["<script", "<svg", "<math", "<style", "<iframe", "<!--"] {
        assert!(!lower.contains(never), "{never}");
    }
    let same = served_html(body.html(), |id| Some(format!("attachment:{id}")));
    assert_eq!(same, body.html());
});
