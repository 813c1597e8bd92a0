//! Many creators of one name, at two servers.

use futures::future::join_all;
use test_buckets::Product;

use crate::rest::{Orphans, Rest};
use crate::server::{Answer, Http, Server};

const PATH: &str = "/ns/key_based/store/string/k?file_id=f";

async fn twenty_creates(https: &[Http; 2]) -> Vec<Answer> {
    let create = |who: usize| https[who % 2].post(PATH, &format!("creator {who}")).only_if_absent().send();
    join_all((0..20).map(create)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_concurrent_creates_at_two_servers_one_wins() {
    let Some(s3) = Product::Moto.shared() else { return };
    let bucket = s3.new_bucket().await;
    let servers = Server::start_two(s3.endpoint(), bucket.name());
    let https = servers.each_ref().map(Server::http);
    for round in 0..3 {
        let answers = twenty_creates(&https).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert_eq!(won.len(), 1, "round {round}: {answers:?}");
        assert!(lost.iter().all(|answer| answer.status == 412), "round {round}: {lost:?}");
        let rest = Rest::of(&bucket, "ns").await;
        rest.check(Orphans::None);
        assert_eq!(rest.ids(), [won[0].id()].into());
        let id = won[0].id();
        let texts = join_all(https.iter().map(|http| http.text_of("ns", &id))).await;
        assert!(texts[0].is_some() && texts[0] == texts[1], "{texts:?}");
        assert!(https[round % 2].delete("ns", &id).ok().await.has_deleted());
        assert_eq!(bucket.keys("ns").await, [""; 0]);
    }
}
