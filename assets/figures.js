// Paints the plots in the colours of the theme: a figure names tokens (`var(--gas-accent)`), plotly needs values.
(() => {
  "use strict";
  const PHONE_PX = 640;
  const PHONE_FONT_PX = 11;
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

  clientside.gas = Object.assign(clientside.gas || {}, {
    paintFigure: (figure) => {
      if (!figure) return { data: [], layout: NOTHING };
      const done = painted(figure, window.getComputedStyle(document.documentElement));
      if (document.documentElement.clientWidth < PHONE_PX) {
        done.layout.font.size = PHONE_FONT_PX;
        for (const [part, changes] of Object.entries(done.layout.meta?.phone || {})) {
          Object.assign(done.layout[part], changes);
        }
      }
      return done;
    },
  });

  document.addEventListener("gas-theme", (event) => {
    if (document.querySelector(".dash-graph")) clientside.set_props("gas-theme", { data: event.detail });
  });
})();
