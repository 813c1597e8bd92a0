//! The client over HTTPS: a server with a certificate that is trusted, and one with a certificate that is not.

use std::net::SocketAddr;
use std::sync::Arc;

use cache_client::transport::reqwest;
use cache_client::{CacheClient, Error, Remote, Strategy};
use cache_tests::{Engine, KEY, TestServer};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// Puts TLS in front of a server; answers its address, and its certificate.
async fn tls_in_front_of(server: &TestServer) -> (SocketAddr, reqwest::Certificate) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key);
    let acceptor = TlsAcceptor::from(Arc::new(config.unwrap()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, behind) = (listener.local_addr().unwrap(), server.port());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // A client that does not trust the certificate ends the handshake.
                let Ok(mut outside) = acceptor.accept(stream).await else { return };
                let mut inside = TcpStream::connect(("127.0.0.1", behind)).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
            });
        }
    });
    (address, reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap())
}

#[tokio::test]
async fn a_trusted_server_is_used_over_https() {
    let server = Engine::Memory.start();
    let (address, certificate) = tls_in_front_of(&server).await;
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([certificate]).build().unwrap();
    let client = CacheClient::over(Remote::with_client(http)).url(format!("https://localhost:{}", address.port()));
    let client = client.api_key("x-api-key", KEY).build().unwrap();
    let stored = client.store().string("ns", Strategy::Direct, "private").send().await.unwrap();
    let text = client.retrieve().by_id("ns", stored.cache_id).string().await.unwrap();
    assert_eq!(text.as_deref(), Some("private"));
}

#[tokio::test]
async fn a_server_that_is_not_trusted_gets_no_request() {
    let server = Engine::Memory.start();
    let (address, _) = tls_in_front_of(&server).await;
    let client =
        CacheClient::builder(format!("https://localhost:{}", address.port())).api_key("x-api-key", KEY).retries(0);
    let error = client.build().unwrap().info().health().await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { request_id: None, .. }), "{error:?}");
    assert!(!format!("{error:?}").contains(KEY));
    // The port is no HTTP server either: nothing falls back to a connection without TLS.
    let plain = CacheClient::builder(format!("http://localhost:{}", address.port())).retries(0).build().unwrap();
    assert!(matches!(plain.info().health().await.unwrap_err(), Error::Unavailable { .. } | Error::Protocol { .. }));
}
