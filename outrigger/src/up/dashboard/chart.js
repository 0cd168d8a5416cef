// One chart: uPlot with our axes, colours and gaps. It is made anew when its series change.

import { steps, text } from "./units.js";

const HEIGHT = 172;
const PERCENT_WHOLE = 100;

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function withAlpha(hex, alpha) {
  return hex + Math.round(alpha * 255).toString(16).padStart(2, "0");
}

// Values on top of each other; a gap in one is a gap in all above it.
function stacked(series) {
  let below = null;
  return series.map(({ values }) => {
    const sums = values.map((value, at) => {
      const base = below === null ? 0 : below[at];
      return value === null || base === null ? null : value + base;
    });
    below = sums;
    return sums;
  });
}

export class Chart {
  constructor(panel, holder, onCursor) {
    this.panel = panel;
    this.holder = holder;
    this.onCursor = onCursor;
    this.plot = null;
    this.shown = "";
    new ResizeObserver(() => this.resize()).observe(holder);
  }

  // series: [{name, color (0..7), values}], times and the bounds of the axis in seconds since 1970.
  draw(times, series, from, until) {
    this.bounds = [from, until];
    const shown = series.map(({ name, color: at }) => `${at}:${name}`).join("\n");
    const values = this.panel.shape === "stack" ? stacked(series) : series.map((one) => one.values);
    if (this.plot === null || shown !== this.shown) {
      this.shown = shown;
      this.clear();
      if (series.length === 0) return;
      this.plot = new uPlot(this.options(series), [times, ...values], this.holder);
    } else {
      this.plot.setData([times, ...values], true);
    }
  }

  clear() {
    if (this.plot !== null) this.plot.destroy();
    this.plot = null;
  }

  repaint() {
    if (this.plot === null) return;
    this.shown = "";
  }

  resize() {
    if (this.plot !== null && this.holder.clientWidth > 0) {
      this.plot.setSize({ width: this.holder.clientWidth, height: HEIGHT });
    }
  }

  options(series) {
    const { unit, shape, limit } = this.panel;
    const axis = {
      stroke: () => color("--quiet"),
      grid: { stroke: () => color("--grid"), width: 1 },
      ticks: { show: false },
      font: "11px system-ui, sans-serif",
    };
    const isStack = shape === "stack";
    const lines = series.map(({ name, color: at }) => ({
      label: name,
      stroke: () => color(`--s${at}`),
      width: isStack ? 1 : 1.5,
      fill: isStack
        ? () => withAlpha(color(`--s${at}`), 0.55)
        : series.length === 1 ? () => withAlpha(color(`--s${at}`), 0.12) : undefined,
      points: { show: (plot, at, from, to) => to - from < 2 },
      spanGaps: false,
    }));
    const bands = lines.slice(1).map((_, at) => ({ series: [at + 2, at + 1] }));
    return {
      width: this.holder.clientWidth || 300,
      height: HEIGHT,
      legend: { show: false },
      cursor: { sync: { key: "outrigger" }, drag: { x: false, y: false }, y: false, points: { size: 6 } },
      scales: { x: { time: true, range: () => this.bounds }, y: { range: (plot, low, high) => this.range(high) } },
      axes: [
        { ...axis, size: 26, space: 64, values: (plot, ticks, at, space, step) => ticks.map((tick) => clock(tick, step)) },
        {
          ...axis,
          size: 66,
          space: 32,
          incrs: steps(unit),
          values: (plot, ticks) => ticks.map((tick) => text(tick, unit)),
        },
      ],
      series: [{}, ...lines],
      bands: isStack ? bands : [],
      hooks: {
        setCursor: [(plot) => this.onCursor(plot.cursor.idx)],
        draw: limit === null ? [] : [(plot) => this.drawLimit(plot, limit)],
      },
    };
  }

  // From 0; parts of a whole are seen against the whole.
  range(high) {
    const { unit, shape, limit } = this.panel;
    if (unit === "percent" && (limit !== null || shape === "stack")) return [0, Math.max(PERCENT_WHOLE, high)];
    const least = { bytes: 1024, bytes_per_second: 1024, percent: 1, milliseconds: 1, seconds: 1 }[unit] ?? 1;
    return [0, Math.max(least, (high ?? 0) * 1.08)];
  }

  drawLimit(plot, limit) {
    const y = Math.round(plot.valToPos(limit.warn, "y", true));
    const { left, top, width, height } = plot.bbox;
    if (y < top || y > top + height) return;
    plot.ctx.save();
    plot.ctx.strokeStyle = color("--warn");
    plot.ctx.setLineDash([6, 4]);
    plot.ctx.beginPath();
    plot.ctx.moveTo(left, y);
    plot.ctx.lineTo(left + width, y);
    plot.ctx.stroke();
    plot.ctx.restore();
  }
}

function clock(seconds, step) {
  const time = new Date(seconds * 1000);
  const two = (number) => String(number).padStart(2, "0");
  const minutes = `${two(time.getHours())}:${two(time.getMinutes())}`;
  return step < 60 ? `${minutes}:${two(time.getSeconds())}` : minutes;
}

// A line without axes, for a tile.
export function sparkline(values, svg) {
  const known = values.filter((value) => value !== null);
  const high = Math.max(...known, 1e-9);
  const runs = [[]];
  values.forEach((value, at) => {
    if (value === null) return runs.push([]);
    const x = values.length < 2 ? 100 : (at / (values.length - 1)) * 100;
    return runs.at(-1).push([x.toFixed(2), (25 - (value / high) * 22).toFixed(2)]);
  });
  const drawn = runs.filter((run) => run.length > 0);
  const line = (run) => run.map(([x, y]) => `${x} ${y}`).join("L");
  svg.querySelector(".line").setAttribute("d", drawn.map((run) => `M${line(run)}`).join(""));
  const area = (run) => `M${run[0][0]} 28L${line(run)}L${run.at(-1)[0]} 28Z`;
  svg.querySelector(".area").setAttribute("d", drawn.map(area).join(""));
}
