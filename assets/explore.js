// The explorer in the browser: what clicks and brushes in plots mean, the view in the address, old answers dimmed.
(() => {
  "use strict";
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const explore = (window.gasExplore = window.gasExplore || {});
  const DIGITS = 4; // of a brushed bound
  const SAID_MS = 6000;

  const page = () => document.getElementById("explore-page");
  const rounded = (value) => Number(value.toPrecision(DIGITS));
  const now = () => Date.now();

  /** An element. `attributes` with a function are listeners; text is text, whatever it holds. */
  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === "function") element.addEventListener(name, value);
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }

  let saying;
  /** Says something below the bar for a while; errors and what was left out stay until something else is said. */
  function say(text, { stays = false } = {}) {
    const place = document.getElementById("explore-status");
    if (!place) return;
    clearTimeout(saying);
    place.textContent = text;
    if (text && !stays) saying = setTimeout(() => (place.textContent = ""), SAID_MS);
  }

  // Contigs beside each other on one axis: what of each a brush covers.
  function alongContigs(contigs, low, high) {
    return contigs
      .filter(({ offset, length }) => offset < high && offset + length > low)
      .map(({ name, offset, length }) => ({
        contig: name,
        start: Math.max(1, Math.floor(low - offset)),
        end: Math.max(1, Math.min(length, Math.ceil(high - offset))),
      }));
  }

  // The condition of a brush over an axis: `brush` is what the figure says of its axis.
  function brushed(brush, drawn) {
    const [low, high] = [...drawn.x].sort((a, b) => a - b);
    if (brush.kind === "range") {
      const value = brush.scale === "log10" ? (x) => 10 ** x : (x) => x;
      const [least, most] = brush.whole ? [Math.ceil(low), Math.floor(high)] : [rounded(value(low)), rounded(value(high))];
      if (least > most) return null; // between two whole numbers
      const range = { kind: "range", column: brush.column, least, most };
      return brush.beside?.length ? { kind: "group", parts: [...brush.beside, range] } : range;
    }
    if (brush.contigs) {
      const regions = alongContigs(brush.contigs, low, high);
      return regions.length ? { kind: "regions", regions } : null;
    }
    const start = Math.max(1, Math.floor(low));
    const end = Math.max(start, Math.ceil(high));
    if (brush.contig) return { kind: "regions", regions: [{ contig: brush.contig, start, end }] };
    const [top, bottom] = [...drawn.y].sort((a, b) => a - b);
    const touched = brush.rows.filter((_, row) => row + 0.5 > top && row - 0.5 < bottom);
    if (!touched.length) return null;
    return { kind: "regions", regions: touched.map((contig) => ({ contig, start, end })) };
  }

  // A point without a condition of its own is a brush of no width.
  function clickedPart(point, brush) {
    if (point.customdata && point.customdata.kind) return point.customdata;
    if (!brush || brush.kind !== "regions" || !(brush.contig || brush.contigs)) return null;
    return brushed(brush, { x: [point.x, point.x] });
  }

  let tooLong = "";

  function pushView(address) {
    if (!address || !page()) return;
    if (address.said && !tooLong) explore.say(address.said, { stays: true });
    tooLong = address.said || "";
    const wanted = address.view ? `?view=${address.view}` : "";
    if (wanted === window.location.search) return;
    window.history.pushState({}, "", window.location.pathname + wanted);
  }

  /** Back and forward from one view of a result to another change the view on the page that is there (`history.js`). */
  explore.went = () => {
    if (!page() || window.location.pathname !== `/jobs/${page().dataset.job}/explore`) return false;
    const view = new URLSearchParams(window.location.search).get("view") || "";
    clientside.set_props("explore-went", { data: { view, at: now() } });
    return true;
  };

  async function copyLink() {
    if (tooLong) return say(tooLong, { stays: true });
    try {
      await navigator.clipboard.writeText(window.location.href);
      say("The link to this view is copied. It opens for who may see the job.");
    } catch {
      say(`The browser does not let pages copy. The link is this page's address: ${window.location.href}`, { stays: true });
    }
  }

  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-copy-link]")) copyLink();
  });

  const asking = (on) => {
    if (!page()) return;
    page().toggleAttribute("data-asking", on);
    page().querySelector(".gas-wall").setAttribute("aria-busy", String(on));
  };
  document.addEventListener("gas-no-answer", () => asking(false));

  Object.assign(explore, {
    make,
    say,
    page,
    filter: { kind: "group" },
    setFilter: (filter) => clientside.set_props("explore-filter", { data: filter }),
    path: (rest) => `/api/jobs/${page().dataset.job}/explore/${rest}`,
    pick: (name, part) => clientside.set_props({ name, type: "explore-pick" }, { data: { part, at: now() } }),
  });

  clientside.gas = Object.assign(clientside.gas || {}, {
    pickInPlot: (clicked, selected, figure) => {
      const what = clientside.callback_context.triggered[0];
      const nothing = clientside.no_update;
      if (!what || !what.value || !figure) return nothing;
      const brush = figure.layout.meta && figure.layout.meta.brush;
      const isClick = what.prop_id.endsWith(".clickData");
      const isBrush = !isClick && brush && selected.range && selected.range.x;
      const part = isClick ? clicked.points[0] && clickedPart(clicked.points[0], brush) : isBrush && brushed(brush, selected.range);
      return part ? { part, at: now() } : nothing;
    },
    pushView,
    filterChanged: (filter) => {
      explore.filter = filter || { kind: "group" };
      asking(true);
      setTimeout(explore.askOpenPlots); // once the Store has the filter
    },
    answered: (at) => at && asking(false),
  });
})();
