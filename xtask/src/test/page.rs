//! The page of `outrigger up` in headless Chromium, while the product is under load: every panel shows data or says why not, in light and
//! dark, wide and narrow, without a word on the console and without asking any other host for anything.

mod browser;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use self::browser::{Browser, Window};
use super::dashboards::{endpoints, text};
use super::load::Load;
use super::options::Server;
use super::report::Tally;
use super::up::Up;
use super::{Context, http};
use crate::command::Failure;
use crate::stopwatch::poll;

/// Rates of a minute, lags and logins have been seen by then.
const DATA_LIMIT: Duration = Duration::from_secs(120);
/// The page asks every 5 s and waits 4 s for an answer.
const SEEN_LIMIT: Duration = Duration::from_secs(40);
const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// Moments before anything is judged.
const MOMENTS_WANTED: usize = 6;

/// THE PANELS that may be empty here, and why.
const MAY_BE_EMPTY: &[(&str, &str)] = &[
    ("disk", "a machine in a container shows no disks"),
    ("disk-busy", "a machine in a container shows no disks"),
    (
        "filesystems",
        "a machine in a container may have none of its own",
    ),
    (
        "fullest-filesystem",
        "a machine in a container may have none of its own",
    ),
];

/// Name, width, height and theme of each look at the page.
const LOOKS: &[(&str, u32, u32, &str)] = &[
    ("wide-light", 1440, 3400, "light"),
    ("wide-dark", 1440, 3400, "dark"),
    ("narrow-light", 400, 8400, "light"),
    ("narrow-dark", 400, 8400, "dark"),
];

pub(crate) fn run(context: &Context) -> Result<Tally, Failure> {
    if context.options.server != Server::Outrigger {
        let what = "only `outrigger up` serves this page; leave --server out";
        return Err(Failure::Usage(what.into()));
    }
    let mut tally = Tally::default();
    let soon = ["--set", "logshipper.directory.roll-seconds=1"].map(str::to_owned);
    let up = Up::start(&context.tools, &context.folder.join("up"), &soon, &[])?;
    let endpoints = endpoints(&up)?;
    let page = text(&endpoints["http"]["dashboard"]).to_owned();
    tally.add(only_read(&page));
    let load = Load::start(context, &up, &context.folder, None)?;
    tally.add(has_data(&page));
    for (name, width, height, theme) in LOOKS {
        let window = Window {
            width: *width,
            height: *height,
        };
        let browser = Browser::new(&context.folder, window);
        let url = format!("{page}/?theme={theme}&range=15m");
        tally.add(shows_everything(&browser, &url).map_err(|why| format!("{name}: {why}")));
        let picture = context.folder.join(format!("{name}.png"));
        tally.add(browser.screenshot(&url, &picture));
        println!("    {}", picture.display());
    }
    tally.add(looks_differ(&context.folder));
    tally.add(gap_is_told(&endpoints, &page));
    tally.add(sink_is_told(&up, &page));
    load.stop()?;
    up.stop()?;
    tally.add(match http::get(&page, &[]) {
        Err(_) => Ok(()),
        Ok(_) => Err("the page is there after `up` has ended".to_owned()),
    });
    Ok(tally)
}

/// What a stranger gets, or somebody else's page through a user's browser.
fn only_read(page: &str) -> Result<(), String> {
    let expect = |what: &str, status: u16, expected: u16| {
        if status == expected {
            return Ok(());
        }
        Err(format!("{what} is answered with {status}, not {expected}"))
    };
    expect("GET /", http::get(&format!("{page}/"), &[])?.status, 200)?;
    let posted = http::post(&format!("{page}/api/history"), &[("a", "b")])?;
    expect("POST", posted.status, 405)?;
    let foreign = http::get(
        &format!("{page}/api/history"),
        &["Sec-Fetch-Site: cross-site"],
    )?;
    expect("a page of others", foreign.status, 403)?;
    let (_, port) = page.rsplit_once(':').ok_or("the page has no port")?;
    let rebound = browser::host(page, &format!("rebound.example:{port}"))?;
    expect("a name that is not ours", rebound, 421)
}

fn history(page: &str) -> Result<Value, String> {
    let answer = http::get(&format!("{page}/api/history"), &[])?;
    serde_json::from_slice(&answer.body).map_err(|error| format!("{page}: {error}"))
}

/// Panels without a series.
fn empty_panels(history: &Value) -> Vec<String> {
    let panels = history["panels"].as_object().into_iter().flatten();
    let empty = panels.filter(|(_, series)| series.as_array().is_none_or(Vec::is_empty));
    empty.map(|(id, _)| id.clone()).collect()
}

fn has_data(page: &str) -> Result<(), String> {
    let mut last = "nothing was answered".to_owned();
    let done = poll(DATA_LIMIT, POLL_INTERVAL, || {
        let history = history(page).ok()?;
        let moments = history["times"].as_array().map_or(0, Vec::len);
        let mut missing = empty_panels(&history);
        missing.retain(|id| !MAY_BE_EMPTY.iter().any(|(row, _)| row == id));
        last = format!("after {moments} moments these panels have no data: {missing:?}");
        (moments >= MOMENTS_WANTED && missing.is_empty()).then_some(())
    });
    done.ok_or(last)
}

/// Asks the browser for the page as a user sees it.
fn shows_everything(browser: &Browser, url: &str) -> Result<(), String> {
    let dom = browser.dom(url)?;
    for panel in panels(url)? {
        let id = text(&panel["id"]);
        let (start, end) = (format!("id=\"{id}\""), "</article>");
        let card = dom
            .split_once(&start)
            .and_then(|(_, rest)| rest.split_once(end));
        let (card, _) = card.ok_or_else(|| format!("there is no panel {id}"))?;
        let has_value = if panel["shape"] == "tile" {
            card.contains("<small>")
        } else {
            card.contains("<canvas") && card.contains("class=\"value\"")
        };
        let may_be_empty = MAY_BE_EMPTY.iter().any(|(row, _)| *row == id);
        let explains =
            card.contains("class=\"nothing\">") && !card.contains("class=\"nothing\"></p>");
        if !has_value && !(may_be_empty && (explains || panel["shape"] == "tile")) {
            return Err(format!("the panel {id} shows nothing: {card}"));
        }
    }
    match dom.contains("does not answer") || dom.contains("is not well") {
        true => Err("it tells of a problem where there is none".to_owned()),
        false => Ok(()),
    }
}

fn panels(url: &str) -> Result<Vec<Value>, String> {
    let (page, _) = url.rsplit_once('/').ok_or("no URL")?;
    let answer = http::get(&format!("{page}/api/panels"), &[])?;
    serde_json::from_slice(&answer.body).map_err(|error| error.to_string())
}

/// Why log lines do not get where they go, as the sentence that `status` has, too.
fn sink_is_told(up: &Up, page: &str) -> Result<(), String> {
    let told = |error: std::io::Error| error.to_string();
    let folder = up.endpoints().with_file_name("delivered-logs");
    let aside = folder.with_extension("aside");
    std::fs::rename(&folder, &aside).map_err(told)?;
    std::fs::write(&folder, "in the way\n").map_err(told)?;
    let seen = poll(SEEN_LIMIT, POLL_INTERVAL, || {
        let history = history(page).ok()?;
        let processes = history["processes"].as_array().cloned().unwrap_or_default();
        let of = |process: &Value| process["name"] == "logshipper";
        let problem = processes.into_iter().find(of)?["problem"].clone();
        problem.as_str()?.contains("directory").then_some(())
    });
    std::fs::remove_file(&folder).map_err(told)?;
    std::fs::rename(&aside, &folder).map_err(told)?;
    seen.ok_or_else(|| "a sink that is down is not told of".to_owned())
}

/// A picture of nothing is small, and light and dark are not the same picture.
fn looks_differ(folder: &Path) -> Result<(), String> {
    const BYTES_MIN: usize = 40_000;
    let read = |name: &str| {
        let path = folder.join(format!("{name}.png"));
        std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let mut seen = Vec::new();
    for (name, ..) in LOOKS {
        let picture = read(name)?;
        if picture.len() < BYTES_MIN {
            return Err(format!(
                "{name}.png has {} bytes: it is blank",
                picture.len()
            ));
        }
        if seen.contains(&picture) {
            return Err(format!("{name}.png is the same as another"));
        }
        seen.push(picture);
    }
    Ok(())
}

/// An exporter that hangs leaves a gap, is named, and comes back without a jump.
fn gap_is_told(endpoints: &Value, page: &str) -> Result<(), String> {
    let processes = endpoints["processes"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let exporter = processes
        .iter()
        .find(|process| process["name"] == "exporter-node");
    let pid = exporter.and_then(|process| process["pid"].as_u64());
    let pid = pid.ok_or("exporter-node has no pid")?;
    let signal = |name: &str| {
        let sent = Command::new("kill").args([name, &pid.to_string()]).status();
        sent.map_err(|error| error.to_string())
    };
    let source = |history: &Value| {
        let sources = history["sources"].as_array().cloned().unwrap_or_default();
        let found = sources
            .into_iter()
            .find(|source| source["name"] == "exporter-node");
        found.map(|source| source["problem"].clone())
    };
    signal("-STOP")?;
    let told = poll(SEEN_LIMIT, POLL_INTERVAL, || {
        source(&history(page).ok()?)?.as_str().map(str::to_owned)
    });
    signal("-CONT")?;
    told.ok_or("a hanging exporter is not told of")?;
    let busy = |history: &Value| {
        let values = history["panels"]["cpu-busy"][0]["values"].as_array();
        values.cloned().unwrap_or_default()
    };
    let back = poll(SEEN_LIMIT, POLL_INTERVAL, || {
        let history = history(page).ok()?;
        let values = busy(&history);
        values
            .last()
            .is_some_and(Value::is_number)
            .then_some(values)
    });
    let values = back.ok_or("an exporter that answers again is not seen")?;
    if !values.iter().skip(2).any(Value::is_null) {
        return Err("there is no gap where there was no answer".to_owned());
    }
    let jumped = values
        .iter()
        .filter_map(Value::as_f64)
        .find(|value| !(0.0..=100.5).contains(value));
    jumped.map_or(Ok(()), |value| Err(format!("a CPU was {value} % busy")))
}
