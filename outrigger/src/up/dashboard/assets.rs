//! THE FILES of the page, all of them in the binary: it never asks another host for anything.

/// A file and what it is.
pub(super) struct Asset {
    pub(super) path: &'static str,
    pub(super) kind: &'static str,
    pub(super) bytes: &'static [u8],
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";
const TEXT: &str = "text/plain; charset=utf-8";

/// THE TABLE.
pub(super) const ASSETS: &[Asset] = &[
    asset("/", HTML, include_bytes!("page.html")),
    asset("/page.css", CSS, include_bytes!("page.css")),
    asset("/page.js", SCRIPT, include_bytes!("page.js")),
    asset("/chart.js", SCRIPT, include_bytes!("chart.js")),
    asset("/units.js", SCRIPT, include_bytes!("units.js")),
    asset("/icon.svg", SVG, include_bytes!("icon.svg")),
    // uPlot 1.6.32, MIT, as its authors publish it.
    asset(
        "/uplot.js",
        SCRIPT,
        include_bytes!("uplot/uPlot.iife.min.js"),
    ),
    asset("/uplot.css", CSS, include_bytes!("uplot/uPlot.min.css")),
    asset("/uplot-license.txt", TEXT, include_bytes!("uplot/LICENSE")),
];

const fn asset(path: &'static str, kind: &'static str, bytes: &'static [u8]) -> Asset {
    Asset { path, kind, bytes }
}
