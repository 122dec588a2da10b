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
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => figures.forEach(draw));
