// The explorer in the browser: what clicks and brushes in plots mean, the view in the address, plots saved as files.
(() => {
  "use strict";
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const DIGITS = 4; // of a brushed bound
  const PIXELS_A_POINT = 2; // of saved pictures

  const page = () => document.getElementById("explore-page");
  const rounded = (value) => Number(value.toPrecision(DIGITS));
  const now = () => Date.now();

  // The condition of a brush over an axis: `brush` is what the figure says of its axis.
  function brushed(brush, range) {
    const [low, high] = [...range.x].sort((a, b) => a - b);
    if (brush.kind === "range") {
      const value = brush.scale === "log10" ? (x) => 10 ** x : (x) => x;
      return { kind: "range", column: brush.column, least: rounded(value(low)), most: rounded(value(high)) };
    }
    const start = Math.max(1, Math.floor(low));
    const end = Math.max(start, Math.ceil(high));
    if (brush.contig) return { kind: "regions", regions: [{ contig: brush.contig, start, end }] };
    const [top, bottom] = [...range.y].sort((a, b) => a - b);
    const touched = brush.rows.filter((_, row) => row + 0.5 > top && row - 0.5 < bottom);
    if (!touched.length) return null;
    return { kind: "regions", regions: touched.map((contig) => ({ contig, start, end })) };
  }

  function pushView(address) {
    if (!address || !page()) return;
    const wanted = address.view ? `?view=${address.view}` : "";
    if (wanted === window.location.search) return;
    window.history.pushState({}, "", window.location.pathname + wanted);
  }

  window.addEventListener("popstate", () => {
    if (!page()) return;
    const view = new URLSearchParams(window.location.search).get("view") || "";
    clientside.set_props("explore-went", { data: { view, at: now() } });
  });

  function download(name, type, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // Spreadsheets take what begins so for a formula: a quote before it makes it text.
  function cell(value) {
    let text = value === null || value === undefined ? "" : String(value);
    if (typeof value === "string" && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }

  const csv = ({ header, rows }) => [header, ...rows].map((row) => row.map(cell).join(",")).join("\r\n");

  function savePlot(_clicks, tables) {
    const context = clientside.callback_context;
    const triggered = context.triggered[0];
    if (!triggered || !triggered.value) return;
    const { name, form } = JSON.parse(triggered.prop_id.slice(0, triggered.prop_id.lastIndexOf(".")));
    const card = document.querySelector(`[data-plot="${CSS.escape(name)}"]`);
    card.querySelectorAll("details[open]").forEach((menu) => menu.removeAttribute("open"));
    if (form === "csv") {
      const place = context.states_list[0].findIndex((state) => state.id.name === name);
      if (tables[place]) download(`${name}.csv`, "text/csv", csv(tables[place]));
      return;
    }
    const graph = card.querySelector(".js-plotly-plot");
    if (!graph) return;
    const { width, height } = graph.getBoundingClientRect();
    const background = window.getComputedStyle(card).backgroundColor;
    const figure = { data: graph.data, layout: { ...graph.layout, paper_bgcolor: background } };
    window.Plotly.downloadImage(figure, { format: form, width, height, scale: PIXELS_A_POINT, filename: name });
  }

  clientside.gas = Object.assign(clientside.gas || {}, {
    pickInPlot: (clicked, selected, figure) => {
      const what = clientside.callback_context.triggered[0];
      const nothing = clientside.no_update;
      if (!what || !what.value || !figure) return nothing;
      if (what.prop_id.endsWith(".clickData")) {
        const part = clicked.points[0] && clicked.points[0].customdata;
        return part ? { part, at: now() } : nothing;
      }
      const brush = figure.layout.meta && figure.layout.meta.brush;
      const part = brush && selected.range && selected.range.x ? brushed(brush, selected.range) : null;
      return part ? { part, at: now() } : nothing;
    },
    pushView,
    savePlot,
  });
})();
