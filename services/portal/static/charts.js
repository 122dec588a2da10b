// Draws each table[data-chart] into the .plot of its figure, anew whenever the table changes.
// On a canvas: ECharts' SVG sets style attributes, which the pages' content security policy refuses.
"use strict";

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

function read(table) {
  const cells = (row) => [...row.cells].map((cell) => cell.textContent.trim());
  return { columns: cells(table.tHead.rows[0]), rows: [...table.tBodies[0].rows].map(cells), ...table.dataset };
}

const text = () => ({ color: colour("muted"), fontSize: 13, fontFamily: getComputedStyle(document.body).fontFamily });
const line = () => ({ lineStyle: { color: colour("line") } });

function bars({ rows, columns, unit }) {
  const names = rows.map((row) => row[0]);
  const lying = names.some((name) => name.length > 12);
  const values = rows.map((row) => Number(row.at(-1)));
  const named = { type: "category", data: names, axisLabel: { ...text(), interval: 0, width: 190, overflow: "truncate" }, axisLine: line(), axisTick: { show: false }, inverse: lying };
  const counted = { type: "value", minInterval: 1, axisLabel: text(), splitLine: line() };
  return {
    grid: { left: 8, right: 40, top: 24, bottom: 8, containLabel: true },
    xAxis: lying ? counted : { ...named, name: "" },
    yAxis: lying ? named : counted,
    tooltip: { renderMode: "richText", formatter: (at) => `${columns[0]} ${at.name}: ${at.value}${unit && ` ${unit}`}` },
    series: [{ type: "bar", data: values, barMaxWidth: 46, itemStyle: { color: colour("brand"), borderRadius: lying ? [0, 6, 6, 0] : [6, 6, 0, 0] },
      label: { show: rows.length <= 16, position: lying ? "right" : "top", color: colour("ink"), formatter: `{c}${unit && ` ${unit}`}` } }],
  };
}

function heat({ rows, columns }) {
  const data = rows.flatMap((row, x) => row.slice(1).map((value, y) => [x, y, Number(value)]));
  const axis = (data, more) => ({ type: "category", data, axisLabel: { ...text(), ...more }, axisLine: line(), axisTick: { show: false } });
  return {
    grid: { left: 8, right: 8, top: 8, bottom: 8, containLabel: true },
    xAxis: axis(rows.map((row) => row[0]), {}),
    yAxis: axis(columns.slice(1), { interval: 0, width: 130, overflow: "truncate" }),
    visualMap: { show: false, min: 0, max: Math.max(1, ...data.map((at) => at[2])), inRange: { color: [colour("sunken"), colour("sun"), colour("warn")] } },
    tooltip: { renderMode: "richText", formatter: (at) => `${rows[at.value[0]][0]}, ${columns[at.value[1] + 1]}: ${at.value[2]}` },
    series: [{ type: "heatmap", data, itemStyle: { borderColor: colour("surface"), borderWidth: 2, borderRadius: 4 } }],
  };
}

const KINDS = { bars, heat };

function draw(figure) {
  const plot = figure.querySelector(".plot");
  const table = figure.querySelector("table[data-chart]");
  plot.hidden = !table;
  if (!table) return;
  const told = read(table);
  const chart = echarts.getInstanceByDom(plot) || echarts.init(plot, null, { renderer: "canvas" });
  chart.setOption({ animation: !still, animationDuration: 300, ...KINDS[told.chart](told) }, { notMerge: true });
}

const figures = [...document.querySelectorAll("figure.chart")];
for (const figure of figures) {
  draw(figure);
  new MutationObserver(() => draw(figure)).observe(figure.querySelector(".told"), { childList: true });
  new ResizeObserver(() => echarts.getInstanceByDom(figure.querySelector(".plot"))?.resize()).observe(figure);
}
// The community, before and after: positions come from the server, drawn anew at most every AT_MOST milliseconds.
const AT_MOST = 15_000;

function dots(told, after) {
  const met = new Set(told.met.flat());
  const nodes = told.people.map(([x, y], n) => ({
    value: [x, y], symbolSize: after && met.has(n) ? 7 : 4,
    itemStyle: { color: after && met.has(n) ? colour("sun") : colour("edge"), opacity: after && !met.has(n) ? 0.5 : 1 },
  }));
  const edge = ([source, target], style) => ({ source, target, lineStyle: style });
  const ties = told.ties.map((pair) => edge(pair, { color: colour("edge"), opacity: after ? 0.18 : 0.4, width: 0.7 }));
  const held = after ? told.met.map((pair) => edge(pair, { color: colour("sun"), opacity: 1, width: 2.2 })) : [];
  const axis = { show: false, min: -20, max: 1020 };
  return {
    grid: { left: 0, right: 0, top: 0, bottom: 0 }, xAxis: axis, yAxis: axis, animation: false,
    series: [{ type: "graph", coordinateSystem: "cartesian2d", layout: "none", silent: true, data: nodes, links: [...ties, ...held] }],
  };
}

async function community(section) {
  const answer = await fetch(section.dataset.community, { headers: { accept: "application/json" } });
  if (!answer.ok) return;
  const told = await answer.json();
  section.querySelectorAll("figure").forEach((figure, after) => {
    figure.hidden = told.people.length === 0;
    if (figure.hidden) return;
    const plot = figure.querySelector(".plot");
    const chart = echarts.getInstanceByDom(plot) || echarts.init(plot, null, { renderer: "canvas" });
    chart.setOption(dots(told, after === 1), { notMerge: true });
    chart.resize();
  });
}

for (const section of document.querySelectorAll("[data-community]")) {
  let waiting = false;
  const soon = () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => { waiting = false; community(section); }, AT_MOST);
  };
  community(section);
  new MutationObserver(soon).observe(section.querySelector(".told"), { childList: true });
  new ResizeObserver(() => section.querySelectorAll(".plot").forEach((plot) => echarts.getInstanceByDom(plot)?.resize())).observe(section);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => community(section));
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => figures.forEach(draw));
