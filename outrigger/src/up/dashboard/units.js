// Figures as people read them: a number with three digits and the unit that fits its size.

const BINARY = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
const THOUSANDS = ["", "k", "M", "G", "T"];

function digits(value) {
  const size = Math.abs(value);
  if (size !== 0 && size < 0.001) return value.toExponential(0);
  const text = value.toFixed(size < 0.1 ? 3 : size < 10 ? 2 : size < 100 ? 1 : 0);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function scaled(value, base, names) {
  let step = 0;
  while (Math.abs(value) >= base * 0.9995 && step < names.length - 1) {
    value /= base;
    step += 1;
  }
  return [digits(value), names[step]];
}

// [name, seconds]: the last that fits counts.
const TIMES = [["µs", 1e-6], ["ms", 1e-3], ["s", 1], ["min", 60], ["h", 3600], ["d", 86400]];

function time(seconds) {
  if (seconds === 0) return ["0", "s"];
  let [name, size] = TIMES[0];
  for (const [nextName, nextSize] of TIMES) {
    if (Math.abs(seconds) >= nextSize * 0.9995) [name, size] = [nextName, nextSize];
  }
  return [digits(seconds / size), name];
}

// Value in a panel's unit to [number, unit].
const UNITS = {
  count: (value) => scaled(value, 1000, THOUSANDS),
  per_second: (value) => {
    const [number, name] = scaled(value, 1000, THOUSANDS);
    return [number, `${name}/s`];
  },
  bytes: (value) => scaled(value, 1024, BINARY),
  bytes_per_second: (value) => {
    const [number, name] = scaled(value, 1024, BINARY);
    return [number, `${name}/s`];
  },
  milliseconds: (value) => (value === 0 ? ["0", "ms"] : time(value / 1000)),
  seconds: time,
  percent: (value) => [digits(value), "%"],
};

export function parts(value, unit) {
  return UNITS[unit](value);
}

export function text(value, unit) {
  if (value === null || value === undefined) return "–";
  const [number, name] = parts(value, unit);
  return name === "" || name === "k" || name === "M" || name === "G" || name === "T" ? number + name : `${number} ${name}`;
}

// Steps of an axis in time that are whole in their unit.
const TIME_STEPS = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 21600, 43200,
  86400, 172800, 432000, 864000,
];

// Steps of an axis: powers of two for bytes, so that ticks are round.
export function steps(unit) {
  if (unit === "seconds") return TIME_STEPS;
  if (!unit.startsWith("bytes")) return undefined;
  const all = [];
  for (let power = 0; power <= 60; power += 1) all.push(2 ** power);
  return all;
}
