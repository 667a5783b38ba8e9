// Paints the plots in the colours of the theme: a figure names tokens (`var(--gas-accent)`), plotly needs values.
(() => {
  "use strict";
  const PHONE_PX = 640;
  const PHONE_FONT_PX = 11;
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
      const done = painted(figure, window.getComputedStyle(document.documentElement));
      if (document.documentElement.clientWidth < PHONE_PX) done.layout.font.size = PHONE_FONT_PX;
      return done;
    },
  });

  document.addEventListener("gas-theme", (event) => {
    if (document.getElementById("job-page")) clientside.set_props("gas-theme", { data: event.detail });
  });
})();
