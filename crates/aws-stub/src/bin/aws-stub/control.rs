//! The control address: reports for whoever runs the stub, the switch, and another script.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use aws_stub::{Script, Stub};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

const SCRIPT_BYTES_MAX: usize = 1024 * 1024;

/// Serves until the process ends; `ready` is told the address.
pub(crate) fn serve(stub: Arc<Stub>, ready: impl FnOnce(&Stub, SocketAddr)) -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        ready(&stub, listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            let stub = Arc::clone(&stub);
            tokio::spawn(async move {
                let service = service_fn(|request| answer(Arc::clone(&stub), request));
                let connection = http1::Builder::new();
                // Whoever asked may have gone.
                let _ = connection
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    })
}

async fn answer(
    stub: Arc<Stub>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let uri = request.uri().clone();
    let query = uri.query().unwrap_or_default();
    let value = match uri.path() {
        "/report" => stub.report(&written(query)),
        "/totals" => stub.totals(),
        "/recent" => {
            let ms = query.strip_prefix("ms=").and_then(|ms| ms.parse().ok());
            stub.recent(ms.unwrap_or(1000))
        }
        "/up" | "/down" => {
            stub.set_up(uri.path() == "/up");
            json!({})
        }
        "/script" => match script(request).await {
            Ok(script) => {
                stub.set_script(script);
                json!({})
            }
            Err(cause) => json!({"error": cause}),
        },
        _ => json!({"error": "/report, /totals, /recent, /up, /down, /script"}),
    };
    Ok(Response::new(Full::new(value.to_string().into())))
}

/// `written=0:1000,1:500`.
fn written(query: &str) -> BTreeMap<u8, u32> {
    let pairs = query.strip_prefix("written=").unwrap_or_default();
    let pairs = pairs.split(',').filter_map(|pair| pair.split_once(':'));
    pairs
        .filter_map(|(writer, lines)| Some((writer.parse().ok()?, lines.parse().ok()?)))
        .collect()
}

async fn script(request: Request<Incoming>) -> Result<Script, String> {
    let body = Limited::new(request.into_body(), SCRIPT_BYTES_MAX);
    let body = body.collect().await.map_err(|cause| cause.to_string())?;
    Script::parse(&String::from_utf8_lossy(&body.to_bytes()))
}
