// Paints the plots in the colours of the theme: a figure names tokens (`var(--gas-accent)`), plotly needs values.
(() => {
  "use strict";
  const PHONE_PX = 640;
  const PHONE_FONT_PX = 11;
  const NEAR_PX = 100; // beyond the edges of the window
  const LONGEST_WAIT_MS = 1000;
  // Where there is nothing to draw: the words below the plot say so.
  const NOTHING = {
    height: 24,
    margin: { l: 0, r: 0, t: 0, b: 0 },
    xaxis: { visible: false, fixedrange: true },
    yaxis: { visible: false, fixedrange: true },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
  };
  const TOKEN = /^var\((--[a-z-]+)\)$/;
  const clientside = (window.dash_clientside = window.dash_clientside || {});

  function changedForPhones({ data, layout }) {
    layout.font.size = PHONE_FONT_PX;
    for (const [part, changes] of Object.entries(layout.meta?.phone || {})) {
      if (typeof changes === "object" && !Array.isArray(changes)) Object.assign((layout[part] ||= {}), changes);
      else layout[part] = changes;
    }
    for (const trace of data) Object.assign(trace, trace.meta?.phone || {});
  }

  function painted(value, style) {
    if (typeof value === "string") {
      const token = TOKEN.exec(value);
      return token ? style.getPropertyValue(token[1]).trim() : value;
    }
    if (Array.isArray(value)) return value.map((item) => painted(item, style));
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, painted(item, style)]));
    }
    return value;
  }

  function drawn(figure) {
    if (!figure) return { data: [], layout: NOTHING };
    const done = painted(figure, window.getComputedStyle(document.documentElement));
    if (document.documentElement.clientWidth < PHONE_PX) changedForPhones(done);
    for (const trace of done.data) if (trace.type === "scattergl" && !hasWebgl()) trace.type = "scatter";
    return done;
  }

  // Drawing all plots of a page takes a second or more, in which it answers nobody. Those in sight are drawn at once, the
  // others when they come near, or when the browser has nothing else to do.
  const waiting = new Map(); // figures by the graph's id, as text
  const inSight = new IntersectionObserver((seen) => seen.forEach((each) => each.isIntersecting && drawWaiting(each.target.id)), {
    rootMargin: `${NEAR_PX}px`,
  });
  let isIdleAsked = false;

  function drawWaiting(id) {
    const figure = waiting.get(id);
    if (!waiting.delete(id)) return;
    const graph = document.getElementById(id);
    if (!graph) return;
    inSight.unobserve(graph);
    clientside.set_props(JSON.parse(id), { figure: drawn(figure) });
  }

  function askIdle() {
    if (isIdleAsked || !waiting.size) return;
    isIdleAsked = true;
    const ask = window.requestIdleCallback || ((then) => setTimeout(then, LONGEST_WAIT_MS / 10));
    ask(
      () => {
        isIdleAsked = false;
        drawWaiting(waiting.keys().next().value);
        askIdle();
      },
      { timeout: LONGEST_WAIT_MS },
    );
  }

  function isNear(graph) {
    const { top, bottom } = graph.getBoundingClientRect();
    return bottom > -NEAR_PX && top < window.innerHeight + NEAR_PX;
  }

  clientside.gas = Object.assign(clientside.gas || {}, {
    paintFigure: (figure) => {
      const { name, type } = clientside.callback_context.outputs_list.id;
      const id = JSON.stringify({ name, type }); // as Dash writes it into the document: names in order
      const graph = document.getElementById(id);
      if (!figure && !waiting.has(id) && !graph?.querySelector(".js-plotly-plot")?.data?.length) return clientside.no_update;
      if (!graph || isNear(graph)) {
        waiting.delete(id);
        return drawn(figure);
      }
      waiting.set(id, figure);
      inSight.observe(graph);
      askIdle();
      return clientside.no_update;
    },
  });

  document.addEventListener("gas-theme", (event) => {
    if (document.querySelector(".dash-graph")) clientside.set_props("gas-theme", { data: event.detail });
  });
})();
