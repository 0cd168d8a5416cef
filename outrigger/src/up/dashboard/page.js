// The page: asks for the panels once and for what is new every few seconds, and draws it.

import { Chart, sparkline } from "./chart.js";
import { parts, text } from "./units.js";

const INTERVAL_MS = 5000;
const COLORS = 8;
const KEPT = { fine: 720, coarse: 1440 };
const RANGES = [["5m", 300, "fine"], ["15m", 900, "fine"], ["1h", 3600, "fine"], ["6h", 21600, "coarse"], ["24h", 86400, "coarse"]];
const THEMES = ["auto", "light", "dark"];

const byId = (id) => document.getElementById(id);
const element = (tag, className, content) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (content !== undefined) made.textContent = content;
  return made;
};
const remembered = (key, fallback) => {
  try { return localStorage.getItem(`outrigger.${key}`) ?? fallback; } catch { return fallback; }
};
const remember = (key, value) => {
  try { localStorage.setItem(`outrigger.${key}`, value); } catch { /* a private window keeps nothing */ }
};

const wanted = new URLSearchParams(location.search);
let range = wanted.get("range") ?? remembered("range", "15m");
let theme = wanted.get("theme") ?? remembered("theme", "auto");
let panels = [];
let views = [];
let last = null;
let lost = null;
// By span: times, and by panel a map from name to values.
const rings = { fine: ring(), coarse: ring() };

function ring() {
  return { times: [], panels: new Map(), since: 0 };
}

function rangeRow() {
  return RANGES.find(([name]) => name === range) ?? RANGES[1];
}

// Adds what is new; a series that was not there before begins with a gap.
function merge(into, news, kept) {
  const before = into.times.length;
  const fresh = news.times.length;
  if (fresh === 0) return;
  into.times.push(...news.times);
  into.since = into.times.at(-1);
  for (const { id } of panels) {
    if (!into.panels.has(id)) into.panels.set(id, new Map());
    const series = into.panels.get(id);
    const told = new Map((news.panels[id] ?? []).map(({ name, values }) => [name, values]));
    for (const name of told.keys()) {
      if (!series.has(name)) series.set(name, new Array(before).fill(null));
    }
    for (const [name, values] of series) values.push(...(told.get(name) ?? new Array(fresh).fill(null)));
  }
  const extra = into.times.length - kept;
  if (extra > 0) {
    into.times.splice(0, extra);
    for (const series of into.panels.values()) {
      for (const [name, values] of series) {
        values.splice(0, extra);
        if (values.every((value) => value === null)) series.delete(name);
      }
    }
  }
}

function lastOf(values) {
  for (let at = values.length - 1; at >= 0; at -= 1) if (values[at] !== null) return values[at];
  return null;
}

function badness(value, limit) {
  if (limit === null || value === null) return "";
  const beyond = (mark) => (limit.above ? value >= mark : value <= mark);
  return beyond(limit.bad) ? "bad" : beyond(limit.warn) ? "warn" : "";
}

// What a panel shows of a window: the largest series, in the table's order where it has one.
function select(panel, ringNow, first) {
  const series = [...(ringNow.panels.get(panel.id) ?? new Map())].map(([name, values]) => ({ name, values: values.slice(first) }));
  const alive = series.filter(({ values }) => values.some((value) => value !== null));
  const rank = (one) => panel.names.indexOf(one.name);
  // What one line makes many of goes by size now; what has gone comes last.
  const size = (one) => one.values.at(-1) ?? -1;
  const peak = (one) => Math.max(...one.values.map((value) => value ?? 0));
  alive.sort((a, b) => (rank(a) >= 0 && rank(b) >= 0 ? rank(a) - rank(b) : size(b) - size(a) || peak(b) - peak(a)));
  return { shown: alive.slice(0, panel.top), hidden: alive.length - Math.min(alive.length, panel.top) };
}

class ChartView {
  constructor(panel) {
    this.panel = panel;
    this.colors = new Map();
    this.root = element("article", "card chart");
    this.root.id = panel.id;
    this.root.append(element("h3", "", panel.title), element("p", "about", panel.about));
    this.root.querySelector("h3").title = panel.asks.join("\n");
    this.holder = element("div", "plot");
    this.nothing = element("p", "nothing");
    this.holder.append(this.nothing);
    this.legend = element("ul", "legend");
    this.root.append(this.holder, this.legend);
    this.chart = new Chart(panel, this.holder, (at) => this.label(at));
    this.series = [];
  }

  colorOf(name) {
    const fixed = this.panel.names.indexOf(name);
    if (fixed >= 0) return fixed % COLORS;
    if (!this.colors.has(name)) {
      const used = new Set(this.series.map((one) => one.color));
      const free = [...Array(COLORS).keys()].find((at) => !used.has(at));
      this.colors.set(name, free ?? this.colors.size % COLORS);
    }
    return this.colors.get(name);
  }

  draw(ringNow, first, from, until, reason) {
    const { shown, hidden } = select(this.panel, ringNow, first);
    const names = new Set(shown.map((one) => one.name));
    for (const name of this.colors.keys()) if (!names.has(name)) this.colors.delete(name);
    this.series = [];
    for (const one of shown) this.series.push({ ...one, color: this.colorOf(one.name) });
    this.nothing.textContent = shown.length === 0 ? reason : "";
    this.nothing.hidden = shown.length > 0;
    this.chart.draw(ringNow.times.slice(first), this.series, from, until);
    this.hidden = hidden;
    this.label(null);
  }

  // The values under the cursor, or the last ones.
  label(at) {
    const rows = this.series.map(({ name, color, values }) => {
      const value = at === null || at === undefined ? values.at(-1) ?? null : values[at] ?? null;
      const row = element("li", badness(value, this.panel.limit));
      const swatch = element("i", `s${color}`);
      const label = element("span", "name", name);
      label.title = name;
      row.append(swatch, label, element("span", "value", text(value, this.panel.unit)));
      return row;
    });
    if (this.hidden > 0) rows.push(element("li", "more", `and ${this.hidden} smaller`));
    this.legend.replaceChildren(...rows);
  }

  repaint() {
    this.chart.repaint();
  }
}

class TileView {
  constructor(panel) {
    this.panel = panel;
    this.root = element("article", "card tile");
    this.root.id = panel.id;
    this.root.title = `${panel.about}\n${panel.asks.join("\n")}`;
    this.value = element("p", "value");
    this.which = element("p", "which");
    this.svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    this.svg.setAttribute("viewBox", "0 0 100 28");
    this.svg.setAttribute("preserveAspectRatio", "none");
    this.svg.setAttribute("aria-hidden", "true");
    for (const name of ["area", "line"]) {
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("class", name);
      this.svg.append(path);
    }
    this.root.append(element("h3", "", panel.title), this.value, this.which, this.svg);
  }

  draw(ringNow, first, from, until, reason) {
    const { shown } = select(this.panel, ringNow, first);
    const below = this.panel.limit !== null && !this.panel.limit.above;
    const now = shown.filter((one) => one.values.at(-1) !== null);
    now.sort((a, b) => (below ? 1 : -1) * (a.values.at(-1) - b.values.at(-1)));
    const worst = now[0];
    const state = worst === undefined ? "none" : badness(worst.values.at(-1), this.panel.limit);
    this.root.className = `card tile ${state}`;
    if (worst === undefined) {
      this.value.textContent = shown.length > 0 ? "no answer now" : reason;
      this.which.textContent = "";
    } else {
      const [number, unit] = parts(worst.values.at(-1), this.panel.unit);
      this.value.replaceChildren(number, element("small", "", unit));
      const isNamed = this.panel.names.length > 1 ? worst.values.at(-1) > 0 : this.panel.names[0].includes("{}");
      this.which.textContent = isNamed ? worst.name : "";
    }
    const drawn = worst ?? shown[0];
    sparkline(drawn === undefined ? [] : drawn.values, this.svg);
  }

  repaint() {}
}

function build() {
  const main = byId("sections");
  let section = null;
  for (const panel of panels) {
    const isTile = panel.shape === "tile";
    if (section === null || section.dataset.name !== panel.section) {
      section = element("section", isTile ? "tiles" : "charts");
      section.dataset.name = panel.section;
      main.append(element("h2", "", panel.section), section);
    }
    const view = isTile ? new TileView(panel) : new ChartView(panel);
    views.push(view);
    section.append(view.root);
    if (!isTile) section.className = `charts of-${section.children.length}`;
  }
}

// Why a panel has nothing to show.
function reason(panel) {
  const broken = (last?.sources ?? []).find(({ name, problem }) => problem !== null && panel.sources.includes(name));
  if (broken !== undefined) return `${broken.name} does not answer: ${broken.problem}`;
  const ringNow = rings.fine;
  if (ringNow.times.length < 2) return "Rates come with the second answer, in a few seconds.";
  return panel.empty || "The exporter tells nothing of it on this machine.";
}

function draw() {
  const [, seconds, span] = rangeRow();
  const ringNow = rings[span];
  const until = ringNow.times.at(-1) ?? Date.now() / 1000;
  const oldest = ringNow.times[0] ?? until;
  const from = Math.max(until - seconds, Math.min(oldest, until - 60));
  const first = Math.max(0, ringNow.times.findIndex((time) => time >= from));
  for (const view of views) view.draw(ringNow, first, from, until, reason(view.panel));
}

function tell() {
  const problems = [];
  if (lost !== null) problems.push(`outrigger up does not answer since ${lost.toLocaleTimeString()}: what you see is from before.`);
  if (last !== null) {
    byId("cluster").textContent = `${last.version} · cluster ${last.cluster || "…"}`;
    byId("processes").replaceChildren(...last.processes.map(({ name, pid, problem }) => {
      const chip = element("li", problem === null ? "" : "bad", name);
      chip.title = problem ?? `pid ${pid}, healthy`;
      return chip;
    }));
    for (const { name, problem } of last.processes) if (problem !== null) problems.push(`${name} is not well: ${problem}`);
    for (const { name, problem } of last.sources) if (problem !== null) problems.push(`${name} does not answer, so its charts have a gap: ${problem}`);
    const sources = last.sources.map(({ name, url, milliseconds }) => `${name}${url === null ? "" : ` (${url})`}: ${milliseconds === null ? "no answer" : text(milliseconds, "milliseconds")}`);
    byId("sources").textContent = sources.length === 0 ? "" : `Last answers: ${sources.join("; ")}.`;
  }
  byId("problems").replaceChildren(...problems.map((problem) => element("p", "problem", problem)));
  document.title = `${problems.length > 0 ? "(!) " : ""}Outrigger`;
}

async function ask(span) {
  const answer = await fetch(`/api/history?span=${span}&since=${rings[span].since}`);
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  last = await answer.json();
  merge(rings[span], last, KEPT[span]);
}

async function refresh() {
  try {
    const spans = new Set(["fine", rangeRow()[2]]);
    for (const span of spans) await ask(span);
    lost = null;
  } catch {
    lost = lost ?? new Date();
  }
  tell();
  draw();
  document.body.dataset.moments = rings.fine.times.length;
}

function controls() {
  const ranges = byId("ranges");
  for (const [name] of RANGES) {
    const button = element("button", "", name);
    button.type = "button";
    button.addEventListener("click", () => {
      range = name;
      remember("range", name);
      pressed();
      refresh();
    });
    ranges.append(button);
  }
  const pressed = () => {
    const [chosen] = rangeRow();
    for (const button of ranges.children) button.setAttribute("aria-pressed", String(button.textContent === chosen));
  };
  pressed();
  const themed = () => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    byId("theme").textContent = `Theme: ${theme}`;
    for (const view of views) view.repaint();
  };
  byId("theme").addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    remember("theme", theme);
    themed();
    draw();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { themed(); draw(); });
  themed();
}

async function start() {
  controls();
  for (;;) {
    try {
      const answer = await fetch("/api/panels");
      panels = await answer.json();
      break;
    } catch {
      lost = lost ?? new Date();
      tell();
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    }
  }
  build();
  await refresh();
  setInterval(refresh, INTERVAL_MS);
}

start();
