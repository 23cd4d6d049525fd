//! Many viewers at once: nobody ever gets another's rows.

use serde_json::{Value, json};
use tidings_server::seed::cast::{CAST, thread};

use crate::support::{Global as _, Tidings};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn c25_k18_sixty_four_viewers_at_once_each_get_their_own() {
    let tidings = Tidings::start().await;
    let query = "query($id: ID!) { viewer { ... on StaffMember { id displayName } ... on PortalAccount { id displayName } }
        unreadCounts { messages threads byAudience { audience messages } }
        inbox(first: 100, filter: { state: ALL_INCLUDING_ARCHIVED }) { edges { node { id subject viewerUnreadCount viewerHasPinned client { id displayName }
            lastMessage { id bodyText viewerUnread author { ... on StaffMember { id } ... on Client { id } } }
            messages(last: 3) { edges { node { id viewerUnread } } } } } }
        node(id: $id) { id ... on Thread { subject viewerUnreadCount } } }";
    let ask = async |n: usize| -> Value {
        let id = thread::ALL[n % thread::ALL.len()].gid();
        let caller = tidings.caller(CAST[n % CAST.len()].name);
        let mut answer = caller.ask(query, json!({ "id": id })).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].take()
    };
    let mut alone = Vec::new();
    for n in 0..CAST.len() * thread::ALL.len() {
        alone.push(ask(n).await);
    }
    for round in 0..6 {
        // 64 requests in flight over one pool of kept connections.
        let numbers: Vec<usize> = (0..64)
            .map(|n| (n * 7 + round * 64) % alone.len())
            .collect();
        let answers = futures_util::future::join_all(numbers.iter().map(|n| ask(*n))).await;
        for (n, answer) in numbers.iter().zip(answers) {
            assert_eq!(
                answer,
                alone[*n],
                "{} got somebody else's rows",
                CAST[n % CAST.len()].name
            );
        }
    }
}
