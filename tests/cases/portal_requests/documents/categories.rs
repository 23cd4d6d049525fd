//! What an agency asks for: categories, and the names that they have ready.

use serde_json::{Value, json};
use tidings_server::seed::cast::{client, document_category, document_name};

use super::{look, sent};
use crate::support::{Caller, Global as _, Tidings};

/// The categories that the caller's agency asks for, with their names.
async fn categories(caller: &Caller<'_>) -> Vec<(String, Vec<String>)> {
    let query = "{ agency { documentCategories { name predefinedNames { name } } } }";
    let data = caller.data(query, json!({})).await;
    let of = |value: &Value| value.as_str().unwrap().to_owned();
    let all = data["agency"]["documentCategories"].as_array().unwrap();
    all.iter()
        .map(|category| {
            let names = category["predefinedNames"].as_array().unwrap();
            (
                of(&category["name"]),
                names.iter().map(|name| of(&name["name"])).collect(),
            )
        })
        .collect()
}

fn named(name: &str, names: &[&str]) -> (String, Vec<String>) {
    (
        name.to_owned(),
        names.iter().map(|name| (*name).to_owned()).collect(),
    )
}

#[tokio::test]
async fn c35_c36_an_administrator_says_what_is_asked_for_and_requests_keep_their_names() {
    let tidings = Tidings::start().await;
    let (admin, amina) = (
        tidings.caller("practice-admin"),
        tidings.caller("clinician"),
    );
    let pay_slip = json!({ "document": { "categoryId": document_category::INCOME.gid(), "predefinedNameId": document_name::PAY_SLIP.gid() } });
    let asked = sent(&amina, client::CLIENT, pay_slip.clone()).await;
    let housing =
        json!({ "name": " Housing ", "predefinedNames": ["Lease", "Letter of eviction"] });
    admin.does("saveDocumentCategory", housing).await;
    let changed = json!({ "categoryId": document_category::INCOME.gid(), "name": "Money", "predefinedNames": ["Tax return", "Letter about benefits"] });
    let done = admin.does("saveDocumentCategory", changed).await;
    let names = &done["documentCategory"]["predefinedNames"];
    assert_eq!(
        names[1]["id"],
        document_name::BENEFITS.gid(),
        "what it has had keeps its id"
    );
    for who in ["clinician", "client"] {
        let expect = [
            named("Housing", &["Lease", "Letter of eviction"]),
            named("Identity", &["Passport"]),
            named("Money", &["Tax return", "Letter about benefits"]),
        ];
        assert_eq!(categories(&tidings.caller(who)).await, expect, "{who}");
    }
    assert_eq!(
        categories(&tidings.caller("outsider")).await,
        [named("Income", &[])]
    );
    // What is offered no more is not asked for; what was asked for keeps its name.
    let input = json!({ "clientId": client::CLIENT.gid(), "request": pay_slip });
    assert_eq!(amina.refused("sendPortalRequest", input).await, "NOT_FOUND");
    let found = look(&amina, &asked).await;
    assert_eq!(
        (&found["name"], &found["category"]["name"]),
        (&json!("Pay slip"), &json!("Money"))
    );
    // A category that is not in use.
    let gone = json!({ "categoryId": document_category::IDENTITY.gid(), "name": "Identity", "predefinedNames": ["Passport"], "active": false });
    admin.does("saveDocumentCategory", gone).await;
    let names: Vec<String> = categories(&amina)
        .await
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["Housing", "Money"]);
    let input = json!({ "clientId": client::CLIENT.gid(), "request": { "document": { "categoryId": document_category::IDENTITY.gid(), "otherName": "Visa" } } });
    assert_eq!(amina.refused("sendPortalRequest", input).await, "NOT_FOUND");
    // Taken back, an old name has its old id.
    let back = json!({ "categoryId": document_category::INCOME.gid(), "name": "Income", "predefinedNames": ["Pay slip"] });
    let done = admin.does("saveDocumentCategory", back).await;
    assert_eq!(
        done["documentCategory"]["predefinedNames"],
        json!([{ "id": document_name::PAY_SLIP.gid(), "name": "Pay slip" }])
    );
}

#[tokio::test]
async fn c35_what_cannot_be_a_category_is_refused_and_stores_nothing() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("clinical-admin");
    let before = tidings.stored().await;
    let many: Vec<String> = (0..101).map(|n| n.to_string()).collect();
    for (input, code) in [
        (
            json!({ "name": " ", "predefinedNames": [] }),
            "DOCUMENT_NAME_INVALID",
        ),
        (
            json!({ "name": "a", "predefinedNames": [""] }),
            "DOCUMENT_NAME_INVALID",
        ),
        (
            json!({ "name": "a", "predefinedNames": ["b", " b"] }),
            "DOCUMENT_NAME_INVALID",
        ),
        (
            json!({ "name": "a", "predefinedNames": many }),
            "TOO_MANY_DOCUMENT_NAMES",
        ),
        (
            json!({ "categoryId": document_category::OUTSIDER.gid(), "name": "a", "predefinedNames": [] }),
            "NOT_FOUND",
        ),
    ] {
        assert_eq!(
            admin.refused("saveDocumentCategory", input.clone()).await,
            code,
            "{input}"
        );
        assert_eq!(tidings.stored().await, before, "{input}");
    }
    for who in ["clinician", "scheduler", "system-admin", "client"] {
        let input = json!({ "name": "a", "predefinedNames": [] });
        let refused = tidings
            .caller(who)
            .refused("saveDocumentCategory", input)
            .await;
        assert_eq!(refused, "FORBIDDEN", "{who}");
    }
    assert_eq!(tidings.stored().await, before);
    for n in 0..98 {
        let input = json!({ "name": n.to_string(), "predefinedNames": [] });
        admin.does("saveDocumentCategory", input).await;
    }
    let input = json!({ "name": "one more", "predefinedNames": [] });
    assert_eq!(
        admin.refused("saveDocumentCategory", input).await,
        "TOO_MANY_DOCUMENT_NAMES"
    );
}
