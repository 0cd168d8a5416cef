//! From a request to a response.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use exposition::Format;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request as HttpRequest, Response, StatusCode};
use service::Clock;
use tokio::sync::OnceCell;

use crate::body::Pieces;
use crate::connections::Busy;
use crate::exporter::{About, Collected, Exporter, Failure, Request};
use crate::flight::{Flights, Full};
use crate::query::Query;
use crate::self_metrics::{Held, SelfMetrics};
use crate::unsent::{NoRoom, Unsent};
use crate::users::Verdict;
use crate::web::Web;
use crate::web_config::InForce;
use crate::{gzip, landing, patience};

/// Prometheus says here how long it waits.
const TIMEOUT: HeaderName = HeaderName::from_static("x-prometheus-scrape-timeout-seconds");
/// Compressing this much takes a tenth of a millisecond: more of it leaves the runtime's threads.
const INLINE_BYTES_MAX: usize = 64 << 10;
const TEXT: &str = "text/plain; charset=utf-8";

/// Everything needed to answer.
#[derive(Debug)]
pub(crate) struct Answers<E> {
    pub(crate) exporter: Arc<E>,
    pub(crate) about: About,
    pub(crate) web: Web,
    pub(crate) metrics: SelfMetrics,
    pub(crate) clock: Clock,
    pub(crate) flights: Flights<(Query, Format), Result<Arc<Rendered>, Failure>>,
    pub(crate) unsent: Unsent,
}

/// A finished collection, compressed when somebody first wants it so.
#[derive(Debug)]
pub(crate) struct Rendered {
    plain: Bytes,
    gzip: OnceCell<Bytes>,
    unsent: Unsent,
}

/// A response before it has a body that is sent.
struct Answer {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

impl<E: Exporter> Answers<E> {
    /// Answers one request under this configuration.
    pub(crate) async fn answer<B>(
        &self,
        in_force: &InForce,
        request: &HttpRequest<B>,
        from: IpAddr,
        busy: Busy,
    ) -> Response<Pieces> {
        let _in_flight = Held::new(&self.metrics.in_flight);
        let answer = self.decide(in_force, request, from).await;
        let status = answer.status;
        self.metrics
            .requests
            .with_label_values(&[status.as_str()])
            .inc();
        let mut response = Response::new(Pieces::new(answer.body, Some(busy)));
        *response.status_mut() = status;
        let extra = in_force.headers.iter().cloned();
        response
            .headers_mut()
            .extend(answer.headers.into_iter().chain(extra));
        response
    }

    async fn decide<B>(
        &self,
        in_force: &InForce,
        request: &HttpRequest<B>,
        from: IpAddr,
    ) -> Answer {
        if in_force.rate.as_ref().is_some_and(|rate| !rate.take()) {
            return too_many("too many requests: see rate_limit in the web configuration");
        }
        let authorization = text(request.headers(), &header::AUTHORIZATION);
        let verdict = in_force.users.check(authorization, from).await;
        if verdict != Verdict::Welcome {
            return self.unwelcome(verdict);
        }
        let is_head = request.method() == Method::HEAD;
        if !is_head && request.method() != Method::GET {
            let allow = (header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            return Answer::text(
                StatusCode::METHOD_NOT_ALLOWED,
                "only GET and HEAD are served",
            )
            .with(allow);
        }
        let path = request.uri().path();
        if path == self.web.telemetry_path {
            self.metrics(request, is_head).await
        } else if path == "/" {
            let page = landing::page(&self.about, &self.web.telemetry_path);
            Answer::new(StatusCode::OK, "text/html; charset=utf-8", page.into())
        } else {
            Answer::text(
                StatusCode::NOT_FOUND,
                "not found; the metrics have their link at /",
            )
        }
    }

    fn unwelcome(&self, verdict: Verdict) -> Answer {
        let reason = match verdict {
            Verdict::Missing => "missing",
            Verdict::Busy => "busy",
            Verdict::Welcome | Verdict::Wrong => "wrong",
        };
        self.metrics.unauthorized.with_label_values(&[reason]).inc();
        if verdict == Verdict::Busy {
            return too_many("too many passwords to check");
        }
        let basic = HeaderValue::from_static("Basic realm=\"metrics\", charset=\"UTF-8\"");
        Answer::text(StatusCode::UNAUTHORIZED, "user name and password, please")
            .with((header::WWW_AUTHENTICATE, basic))
    }

    async fn metrics<B>(&self, request: &HttpRequest<B>, is_head: bool) -> Answer {
        let headers = request.headers();
        let accept = joined(headers, &header::ACCEPT);
        let format = Format::negotiate(accept.as_deref());
        let vary = HeaderValue::from_static("Accept, Accept-Encoding");
        if is_head {
            let answer = Answer::new(StatusCode::OK, format.content_type(), Bytes::new());
            return answer.with((header::VARY, vary));
        }
        let wants_gzip = gzip::is_accepted(joined(headers, &header::ACCEPT_ENCODING).as_deref());
        let patience = patience::of(text(headers, &TIMEOUT));
        // It is collected for whoever joins: no asker's patience is another's.
        let query = Query::parse(request.uri().query().unwrap_or_default());
        let request = Request {
            query: match self.exporter.parameters() {
                Some(names) => query.only(names),
                None => query,
            },
            format,
            timeout: patience::LONGEST,
        };
        let rendered = match self.collected(request, patience).await {
            Ok(rendered) => rendered,
            Err(failure) => return failed(&failure),
        };
        let (body, encoding) = match wants_gzip {
            true => match rendered.compressed().await {
                Some(body) => (body, "gzip"),
                None => (rendered.plain.clone(), "identity"),
            },
            false => (rendered.plain.clone(), "identity"),
        };
        let sent = self.metrics.response_bytes.with_label_values(&[encoding]);
        sent.inc_by(body.len() as u64);
        let answer =
            Answer::new(StatusCode::OK, format.content_type(), body).with((header::VARY, vary));
        if encoding == "gzip" {
            return answer.with((header::CONTENT_ENCODING, HeaderValue::from_static(encoding)));
        }
        answer
    }

    /// The collection for this request, its own or one that is under way, if it comes within `patience`.
    async fn collected(
        &self,
        request: Request,
        patience: Duration,
    ) -> Result<Arc<Rendered>, Failure> {
        let key = (request.query.clone(), request.format);
        let ticket = self
            .flights
            .join(key, self.web.max_requests, || self.collect(request))
            .map_err(|Full| {
                let limit = self.web.max_requests;
                Failure::Unavailable(format!(
                    "{limit} collections are under way, as many as web.max-requests allows"
                ))
            })?;
        if ticket.is_shared {
            self.metrics.shared.inc();
        }
        match tokio::time::timeout(patience, ticket.wait()).await {
            Ok(Some(result)) => result,
            Ok(None) => Err(Failure::Internal(
                "the collection broke off; see the log".to_owned(),
            )),
            Err(_) => Err(too_slow(patience)),
        }
    }

    /// The work of one collection, up to its bytes.
    fn collect(
        &self,
        request: Request,
    ) -> impl Future<Output = Result<Arc<Rendered>, Failure>> + Send + 'static {
        let exporter = Arc::clone(&self.exporter);
        let (metrics, clock) = (self.metrics.clone(), self.clock.clone());
        let unsent = self.unsent.clone();
        let has_own = !self.web.disable_exporter_metrics;
        let (format, timeout) = (request.format, request.timeout);
        async move {
            let began = clock.monotonic();
            metrics.collections.inc();
            let collected = tokio::time::timeout(timeout, exporter.collect(request)).await;
            let took = clock.monotonic().saturating_sub(began);
            metrics.collection_seconds.observe(took.as_secs_f64());
            let collected = collected.unwrap_or_else(|_| Err(too_slow(timeout)))?;
            let mut body = match collected {
                Collected::Text(text) => text,
                Collected::Families(families) => {
                    let mut text = Vec::new();
                    for family in &families {
                        exposition::write_family(&mut text, family, format);
                    }
                    text
                }
            };
            if has_own {
                for family in metrics.families() {
                    exposition::write_family(&mut body, &family, format);
                }
            }
            exposition::write_end(&mut body, format);
            let plain = unsent.hold(body).map_err(|NoRoom| {
                let sentence = "answers that others do not read take all the room there is";
                Failure::Unavailable(sentence.to_owned())
            })?;
            Ok(Arc::new(Rendered {
                plain,
                gzip: OnceCell::new(),
                unsent,
            }))
        }
    }
}

impl Rendered {
    /// The body in gzip; `None` where it cannot be made, and then the plain one does.
    async fn compressed(&self) -> Option<Bytes> {
        let plain = self.plain.clone();
        let compressed = self.gzip.get_or_try_init(|| async move {
            let bytes = if plain.len() <= INLINE_BYTES_MAX {
                gzip::compress(&plain)
            } else {
                let work = tokio::task::spawn_blocking(move || gzip::compress(&plain));
                work.await.map_err(|_| ())?
            };
            self.unsent
                .hold(bytes.map_err(|_| ())?)
                .map_err(|NoRoom| ())
        });
        compressed.await.ok().cloned()
    }
}

impl Answer {
    fn new(status: StatusCode, kind: &'static str, body: Bytes) -> Self {
        Self {
            status,
            headers: vec![(header::CONTENT_TYPE, HeaderValue::from_static(kind))],
            body,
        }
    }

    fn text(status: StatusCode, sentence: &str) -> Self {
        Self::new(status, TEXT, format!("{sentence}\n").into())
    }

    fn with(mut self, header: (HeaderName, HeaderValue)) -> Self {
        self.headers.push(header);
        self
    }
}

fn failed(failure: &Failure) -> Answer {
    let status = match failure {
        Failure::Query(_) => StatusCode::BAD_REQUEST,
        Failure::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        Failure::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    Answer::text(status, &failure.to_string())
}

fn too_slow(timeout: Duration) -> Failure {
    let seconds = timeout.as_secs_f64();
    Failure::Unavailable(format!(
        "the collection took longer than {seconds:.1} s, which was all there was"
    ))
}

fn too_many(sentence: &str) -> Answer {
    let retry = (header::RETRY_AFTER, HeaderValue::from_static("1"));
    Answer::text(StatusCode::TOO_MANY_REQUESTS, sentence).with(retry)
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// A list header that may come in several lines.
fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let lines: Vec<&str> = headers
        .get_all(name)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .collect();
    if lines.is_empty() {
        None
    } else {
        Some(lines.join(","))
    }
}
