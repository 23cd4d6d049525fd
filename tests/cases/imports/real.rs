//! A real export of an EHR, where there is one: `TIDINGS_TEST_FHIR` names the folder of the FHIR R4
//! sample that Synthea made of ten patients and more (bulk export, thirteen of them).

use std::path::Path;

use tidings_server::import::ImportKind;

use super::{FHIR, How, counts, import_path, told};
use crate::support::Tidings;

#[tokio::test]
async fn cx13_a_real_export_comes_in_once_as_one_agency_and_as_many() {
    let Some(sample) = std::env::var_os("TIDINGS_TEST_FHIR") else {
        return;
    };
    let sample = Path::new(&sample);
    let tidings = Tidings::start().await;
    let strict = How {
        strict: true,
        ..FHIR
    };
    let summary = import_path(&tidings, sample, strict).await;
    assert_eq!(told(&summary), Vec::<String>::new());
    assert!(summary.applied);
    assert_eq!(counts(&summary, ImportKind::Agency), (0, 0, 0));
    assert_eq!(counts(&summary, ImportKind::Staff), (43, 0, 0));
    assert_eq!(counts(&summary, ImportKind::Client), (13, 0, 0));
    assert_eq!(counts(&summary, ImportKind::CareTeam), (17, 0, 0));
    assert!(!import_path(&tidings, sample, strict).await.changes());
    // Each organization by itself: nobody treats who belongs to another.
    let apart = Tidings::start().await;
    let many = How {
        demo: false,
        ..FHIR
    };
    let summary = import_path(&apart, sample, many).await;
    assert_eq!(counts(&summary, ImportKind::Agency), (43, 0, 0));
    assert_eq!(counts(&summary, ImportKind::CareTeam), (9, 0, 0));
    assert_eq!(told(&summary).len(), 8);
    let problems = told(&summary);
    assert!(problems.iter().all(|it| it.ends_with(" OTHER_AGENCY")));
    assert!(!import_path(&apart, sample, many).await.changes());
}
