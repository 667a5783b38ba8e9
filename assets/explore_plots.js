// The explorer's plots in the browser: saved as files, opened when wanted, and their values as buttons for the keyboard.
(() => {
  "use strict";
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const explore = (window.gasExplore = window.gasExplore || {});
  const MOST_VALUES = 60; // buttons for one plot; the filter builder has every value
  const PHONE_PX = 640; // as figures.js has it
  const figures = new Map(); // by the plot's name

  const cardOf = (name) => document.querySelector(`[data-plot="${CSS.escape(name)}"]`);

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
    const card = cardOf(name);
    card.querySelectorAll("details.gas-menu[open]").forEach((menu) => menu.removeAttribute("open"));
    if (form === "csv") {
      const place = context.states_list[0].findIndex((state) => state.id.name === name);
      if (tables[place]) download(`${explore.fileName(name)}.csv`, "text/csv", csv(tables[place]));
      return;
    }
    const graph = card.querySelector(".js-plotly-plot");
    if (!graph || !figures.get(name)) return explore.say("There is nothing to draw: the words in the plot's place say why.");
    explore.savePicture(name, form, card, graph);
  }

  const plain = (text) => String(text ?? "").replace(/<br\s*\/?>/g, " · ").replace(/<\/?(b|i|sub|sup)>/g, "");

  // What can be clicked in a plot, as words and the condition that a click means.
  function valuesOf(figure) {
    const found = new Map(); // two bars of a gene, by impact, mean the same
    for (const trace of (figure && figure.data) || []) {
      (Array.isArray(trace.customdata) ? trace.customdata : []).forEach((part, at) => {
        if (!part || !part.kind) return;
        const told = (Array.isArray(trace.hovertext) && trace.hovertext[at]) || (Array.isArray(trace.text) && trace.text[at]);
        const axes = trace.orientation === "h" ? [trace.y, trace.x] : [trace.x, trace.y];
        const words = trace.meta?.words || plain(told || axes.map((axis) => (axis ? axis[at] : "")).join(": "));
        const meant = JSON.stringify(part);
        if (!found.has(meant)) found.set(meant, { part, words });
      });
    }
    return [...found.values()];
  }

  function fill(details) {
    const name = details.dataset.valuesOf;
    const values = valuesOf(figures.get(name));
    details.hidden = !values.length;
    if (!details.open) return;
    const list = details.querySelector("ul");
    const focused = [...list.querySelectorAll("button")].indexOf(document.activeElement);
    list.replaceChildren(
      ...values.slice(0, MOST_VALUES).map(({ part, words }) =>
        explore.make("li", {}, explore.make("button", { type: "button", click: () => explore.pick(name, part) }, words)),
      ),
    );
    const again = list.querySelectorAll("button")[focused];
    if (again) again.focus();
  }

  const ask = (card) =>
    clientside.set_props({ name: card.dataset.onDemand, type: "explore-open" }, { data: card.open ? Date.now() : null });

  /** Plots beside the wall that are open are asked for anew. */
  explore.askOpenPlots = () => document.querySelectorAll("[data-on-demand][open]").forEach(ask);

  document.addEventListener(
    "toggle",
    ({ target }) => {
      if (!(target instanceof HTMLDetailsElement)) return;
      if (target.dataset.valuesOf) fill(target);
      if (target.dataset.onDemand) {
        ask(target);
      }
    },
    true,
  );

  // A plot is as wide as its card and as high as its figure says: its place has that height, also while it is drawn anew.
  function keepRoom(place, figure) {
    if (!figure) return;
    const { height, meta } = figure.layout;
    const onPhone = document.documentElement.clientWidth < PHONE_PX && meta && meta.phone && meta.phone.height;
    place.style.height = `${onPhone || height}px`;
  }

  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-frequency]")) clientside.set_props("explore-frequency", { data: target.value });
  });

  clientside.gas = Object.assign(clientside.gas || {}, {
    savePlot,
    figuresChanged: (_drawn) => {
      const given = clientside.callback_context.inputs_list[0] || [];
      figures.clear();
      given.forEach(({ id, value }) => {
        figures.set(id.name, value);
        const card = cardOf(id.name);
        if (!card) return; // a figure of a page that is not the explorer
        card.toggleAttribute("data-empty", value === null); // the words below say that there is nothing
        keepRoom(card.querySelector(".gas-plot-place"), value);
      });
      document.querySelectorAll("[data-values-of]").forEach(fill);
    },
  });
})();
