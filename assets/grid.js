// What the tables' cells show, and what keys and clicks in them do. Values become text nodes: never markup (C09).
(() => {
  "use strict";
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const PHONE_PX = 640;
  const MINUTE_S = 60;
  const HOUR_S = 3600;
  const DAY_S = 86400;
  const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  const integer = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
  const significant = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
  const present = (value) => value !== null && value !== undefined && value !== "";

  // Writing values. portal/components/words.py has the same rules.
  function sizeText(bytes) {
    let value = bytes;
    let unit = 0;
    while (value >= 1023.95 && unit < UNITS.length - 1) {
      value /= 1024;
      unit += 1;
    }
    return unit === 0 ? `${integer.format(bytes)} bytes` : `${value.toFixed(1)} ${UNITS[unit]}`;
  }

  function durationText(seconds) {
    if (seconds < 1) return "< 1 s";
    if (seconds < MINUTE_S) return `${Math.round(seconds)} s`;
    if (seconds < HOUR_S) return `${Math.floor(seconds / MINUTE_S)} min ${Math.floor(seconds % MINUTE_S)} s`;
    return `${integer.format(Math.floor(seconds / HOUR_S))} h ${Math.floor((seconds % HOUR_S) / MINUTE_S)} min`;
  }

  function decimalText(value) {
    const size = Math.abs(value);
    return size !== 0 && (size < 1e-4 || size >= 1e9) ? value.toExponential(2) : significant.format(value);
  }

  function agoText(seconds) {
    const age = Date.now() / 1000 - seconds;
    if (age < MINUTE_S) return "just now";
    if (age < HOUR_S) return `${Math.floor(age / MINUTE_S)} min ago`;
    if (age < DAY_S) return `${Math.floor(age / HOUR_S)} h ago`;
    return window.gasLocalTime(seconds);
  }

  const shown = (write) => (params) => (present(params.value) ? write(params.value) : "");
  functions.gasInteger = shown((value) => integer.format(value));
  functions.gasDecimal = shown(decimalText);
  functions.gasSize = shown(sizeText);
  functions.gasDuration = shown(durationText);
  functions.gasTerm = shown((value) => String(value).replaceAll("_", " ").replaceAll("&", " & "));

  // Row ids are strings; the infinite model also asks for rows that are still loading.
  functions.gasJobRowId = (params) => String(params.data.id);
  functions.gasChangeRowId = (params) => String(params.data ? params.data.n : "");
  functions.gasVariantRowId = (params) => String(params.data ? params.data.rid : "");

  functions.gasGridTheme = (base, rowHeight) =>
    base.withParams({
      rowHeight,
      headerHeight: 44,
      accentColor: "var(--gas-accent)",
      backgroundColor: "var(--gas-card)",
      foregroundColor: "var(--gas-text)",
      headerBackgroundColor: "var(--gas-card)",
      headerTextColor: "var(--gas-muted)",
      borderColor: "var(--gas-border)",
      rowHoverColor: "color-mix(in srgb, var(--gas-accent) 7%, var(--gas-card))",
      tooltipBackgroundColor: "var(--gas-card)",
      tooltipTextColor: "var(--gas-text)",
      fontFamily: "inherit",
      fontSize: "0.875rem",
      headerFontSize: "0.8125rem",
      headerFontWeight: 600,
      wrapperBorder: false,
      wrapperBorderRadius: 0,
      columnBorder: false,
      headerColumnResizeHandleColor: "var(--gas-border)",
      browserColorScheme: "inherit",
    });

  // A phone shows the few columns that the grid's context names, narrower; a wider screen all of them.
  functions.gasFitColumns = (params) => {
    const { api } = params;
    if (api.isDestroyed()) return;
    const { onPhones, remembersColumns } = api.getGridOption("context");
    if (remembersColumns && functions.gasColumnsRemembered(api)) return;
    const narrow = document.documentElement.clientWidth < PHONE_PX;
    const hidden = (column) => narrow && !(column.getColId() in onPhones);
    const columns = api.getColumns();
    if (columns.every((column) => column.isVisible() !== hidden(column))) return;
    const state = columns.map((column) => {
      const colId = column.getColId();
      const usual = column.getColDef();
      const width = (narrow && onPhones[colId]) || usual.width;
      return { colId, hide: hidden(column), ...(usual.flex ? { flex: usual.flex } : { width }) };
    });
    api.applyColumnState({ state });
  };

  const clientside = (window.dash_clientside = window.dash_clientside || {});
  clientside.gas = Object.assign(clientside.gas || {}, {
    fitColumns: (columnState, id) => {
      const api = columnState && window.dash_ag_grid.getApi(id);
      if (api) functions.gasFitColumns({ api });
    },
    // Jobs end, move to the archive and are deleted while the page is open.
    offerComparison: (known) => !(known && known.can_compare),
    // Another choice of rows: those that the table holds are of the one before.
    askAgain: (...choicesAndId) => {
      const api = window.dash_ag_grid.getApi(choicesAndId.at(-1));
      if (!api || api.isDestroyed()) return;
      api.ensureIndexVisible(0, "top");
      api.purgeInfiniteCache();
    },
  });

  // Going to a job without loading the page anew (uploads go on).
  function visit(path) {
    window.history.pushState({}, "", path);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  }
  const jobPath = (id) => `/jobs/${encodeURIComponent(id)}`;
  const isOfJobs = (path) => path.startsWith("/jobs/"); // the others are pages of their own
  const follow = (path) => (isOfJobs(path) ? visit(path) : window.location.assign(path));
  const askDelete = (row) => window.gasJobs.askDelete(row.id, row.name);

  functions.gasOpenJob = (params) => {
    const target = params.event && params.event.target;
    if (target instanceof Element && target.closest("a, button")) return;
    if (String(window.getSelection())) return; // the reader marks text
    visit(jobPath(params.data.id));
  };
  functions.gasJobKey = (params) => {
    const key = params.event && params.event.key;
    if (key === "Delete" || (key === "Enter" && params.column.getColId() === "actions")) askDelete(params.data);
    else if (key === "Enter" && params.column.getColId() === "state" && params.data.way_on) follow(params.data.way_to);
    else if (key === "Enter") visit(jobPath(params.data.id));
  };

  // Cells with more than text in them.
  const element = (...parts) => window.React.createElement(...parts);

  function link(path, className, words, title = words) {
    const onClick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0 || !isOfJobs(path)) return;
      event.preventDefault();
      visit(path);
    };
    return element("a", { href: path, className, title, tabIndex: -1, onClick }, words);
  }

  // The page of a gene, from a row of the explorer.
  components.GasGene = ({ value }) => {
    const page = document.getElementById("explore-page");
    if (!present(value) || !page) return "";
    return link(`${jobPath(page.dataset.job)}/genes/${encodeURIComponent(value)}`, "gas-cell-link", value, `All variants in ${value}`);
  };

  components.GasJobName = ({ data }) => link(jobPath(data.id), "gas-cell-link", data.name);

  function progressBar(data) {
    const percent = Math.min(100, Math.max(0, data.percent || 0));
    const label = { "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": Math.round(percent) };
    const bar = element("div", { className: "gas-progress-bar", style: { width: `${percent}%` } });
    return element(
      "div",
      { className: "gas-cell-progress" },
      element(
        "span",
        null,
        element("span", { className: "gas-cell-says" }, data.says),
        element("span", { className: "gas-number" }, `${Math.round(percent)} %`),
      ),
      element("div", { className: "gas-progress", role: "progressbar", "aria-label": `Progress of ${data.name}`, ...label }, bar),
    );
  }

  components.GasJobState = ({ data }) =>
    element(
      "div",
      { className: "gas-cell-state" },
      element("span", { className: `gas-state gas-state-${data.look}` }, data.state_name),
      data.state === "RUNNING"
        ? progressBar(data)
        : element("span", { className: "gas-cell-says", title: data.says }, data.says),
      data.way_on ? link(data.way_to, "gas-cell-way-on", data.way_on) : null,
    );

  components.GasTime = ({ value }) =>
    element(
      "time",
      { dateTime: new Date(value * 1000).toISOString(), title: window.gasFullTime(value) },
      agoText(value),
    );

  components.GasJobActions = ({ data }) =>
    element("button", {
      type: "button",
      className: "gas-icon-button gas-delete-icon",
      title: `Delete ${data.name}`,
      "aria-label": `Delete ${data.name}`,
      tabIndex: -1,
      onClick: () => askDelete(data),
    });

  components.GasImpact = ({ value }) =>
    present(value)
      ? element(
          "span",
          { className: `gas-impact gas-impact-${String(value).toLowerCase()}` },
          String(value).charAt(0) + String(value).slice(1).toLowerCase(),
        )
      : "";

  // “5 min ago” grows old by itself.
  window.setInterval(() => {
    if (document.hidden || !document.getElementById("jobs-grid")) return;
    const api = window.dash_ag_grid.getApi("jobs-grid");
    if (api && !api.isDestroyed()) api.refreshCells({ columns: ["submitted"], force: true });
  }, 30000);
})();
