// Exports in the explorer: asks for them, shows how far they are, cancels, deletes; the download is a plain link.
(() => {
  "use strict";
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const LOOK_MS = 1000; // between two looks while something is being made and the dialog is open
  const WITH_COLUMNS = new Set(["tsv", "csv", "xlsx", "parquet", "jsonl"]);
  const ACTIVE = new Set(["PENDING", "RUNNING"]);
  const GRID = "explore-grid";
  let timer = null;
  let known = new Map(); // states as they were told last, by export

  const $ = (id) => document.getElementById(id);
  const dialog = () => $("export-dialog");
  const nothing = () => clientside.no_update;
  const number = new Intl.NumberFormat("en");

  function token() {
    const found = document.cookie.split("; ").find((pair) => pair.startsWith("csrf_token="));
    return found ? decodeURIComponent(found.slice("csrf_token=".length)) : "";
  }

  async function call(method, path, body) {
    const headers = { Accept: "application/json", "X-CSRFToken": token() };
    if (body) headers["Content-Type"] = "application/json";
    let response;
    try {
      response = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
    } catch {
      throw new Error("The service cannot be reached. Check the connection, then try again.");
    }
    if (response.status === 204) return null;
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error((answer.error && answer.error.message) || "The service answered with an error.");
    return answer;
  }

  function say(error) {
    const place = $("export-error");
    if (!place) return;
    place.textContent = error ? error.message : "";
    place.hidden = !error;
  }

  function exportChoice(format, which) {
    if (!dialog()) return nothing();
    $("export-what").textContent = ($("explore-count") || {}).textContent || "";
    $("export-columns").hidden = !WITH_COLUMNS.has(format);
    $("export-chosen-box").hidden = which !== "choose";
    return nothing();
  }

  // The columns as the table shows them, in its order; what is no column of the result is left out.
  function visible(all) {
    const api = window.dash_ag_grid && window.dash_ag_grid.getApi(GRID);
    const shown = api ? api.getColumnState().filter((column) => !column.hide).map((column) => column.colId) : [];
    return shown.filter((name) => all.has(name));
  }

  function namesOf(format, which, chosen) {
    if (!WITH_COLUMNS.has(format) || which === "all") return null;
    if (which === "choose") return chosen;
    return visible(new Set(JSON.parse(dialog().dataset.columns)));
  }

  function startExport(clicks, filter, format, which, chosen) {
    if (clicks) ask(filter, format, namesOf(format, which, chosen));
    return nothing();
  }

  async function ask(filter, format, columns) {
    say(null);
    if (columns && !columns.length) return say(new Error("Choose at least one column."));
    const start = $("export-start");
    start.disabled = true;
    try {
      const body = { job_id: dialog().dataset.job, format, filter: filter || null, columns };
      const made = await call("POST", "/api/exports", body);
      known.set(made.export_id, made.state);
      await look();
    } catch (error) {
      say(error);
    } finally {
      start.disabled = false;
    }
  }

  async function look() {
    clearTimeout(timer);
    if (!dialog() || !dialog().open) return;
    let exports;
    try {
      ({ exports } = await call("GET", `/api/exports?job_id=${encodeURIComponent(dialog().dataset.job)}`));
    } catch (error) {
      say(error);
      timer = setTimeout(look, 5 * LOOK_MS);
      return;
    }
    if (!dialog()) return;
    const shown = exports.filter((one) => one.state !== "CANCELLED");
    show(shown);
    tell(shown);
    if (shown.some((one) => ACTIVE.has(one.state))) timer = setTimeout(look, LOOK_MS);
  }

  function tell(exports) {
    for (const one of exports) {
      const before = known.get(one.export_id);
      if (before && before !== one.state && !ACTIVE.has(one.state)) {
        $("export-said").textContent = `${one.file_name} ${one.state === "READY" ? "is ready" : "failed"}`;
      }
    }
    known = new Map(exports.map((one) => [one.export_id, one.state]));
  }

  function show(exports) {
    const list = $("export-list");
    const focused = document.activeElement && document.activeElement.dataset.key;
    list.replaceChildren(...exports.map(item));
    $("export-none").hidden = exports.length > 0;
    const again = focused && list.querySelector(`[data-key="${CSS.escape(focused)}"]`);
    if (again) again.focus();
  }

  function item(one) {
    const row = element("li", "gas-export-item");
    const actions = element("div", "gas-export-actions");
    row.append(element("span", "gas-export-name", one.file_name), actions);
    if (ACTIVE.has(one.state)) {
      const bar = element("progress");
      Object.assign(bar, { max: 100, value: one.percent, ariaLabel: `Making ${one.file_name}` });
      row.append(bar);
      actions.append(action(one, "Cancel", () => call("POST", `/api/exports/${one.export_id}/cancel`)));
    } else {
      for (const [role, file] of Object.entries(one.files)) actions.append(link(one, role, file));
      actions.append(action(one, "Delete", () => call("DELETE", `/api/exports/${one.export_id}`)));
    }
    row.append(element("span", "gas-export-state", stateOf(one)), element("span", "gas-export-filter", wishOf(one)));
    return row;
  }

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function action(one, text, what) {
    const button = element("button", "btn btn-outline-secondary btn-sm", text);
    Object.assign(button, { type: "button", ariaLabel: `${text}: ${one.file_name}` });
    button.dataset.key = `${one.export_id}-${text}`;
    button.addEventListener("click", async () => {
      button.disabled = true;
      say(null);
      await what().catch(say);
      look();
    });
    return button;
  }

  function link(one, role, file) {
    const text = role === "index" ? "Index" : "Download";
    const made = element("a", role === "index" ? "btn btn-outline-secondary btn-sm" : "btn btn-primary btn-sm", text);
    made.href = `/api/exports/${one.export_id}/files/${role}`;
    made.ariaLabel = `${text}: ${file.name}, ${size(file.size)}`;
    made.dataset.key = `${one.export_id}-${role}`;
    return made;
  }

  function size(bytes) {
    for (const [unit, length] of [["GB", 1e9], ["MB", 1e6], ["kB", 1e3]]) {
      if (bytes >= length) return `${(bytes / length).toFixed(bytes >= 10 * length ? 0 : 1)} ${unit}`;
    }
    return `${bytes} bytes`;
  }

  function stateOf(one) {
    if (one.state === "PENDING") return `Waiting to begin: ${number.format(one.total)} variants.`;
    if (one.state === "RUNNING") {
      return `${Math.floor(one.percent)} %: ${number.format(one.rows)} of ${number.format(one.total)} variants.`;
    }
    if (one.state === "FAILED") return (one.error && one.error.message) || "It failed.";
    const until = new Date(one.expires_at * 1000).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
    const records = one.format === "vcf" ? "records" : "variants";
    return [`${number.format(one.rows)} ${records}, ${size(one.files.file.size)}. Kept until ${until}.`, ...one.notes].join(" ");
  }

  // Two exports may have the same name: what tells them apart.
  function wishOf(one) {
    const columns = one.columns ? ` ${one.columns === 1 ? "1 column" : `${one.columns} columns`}.` : "";
    return `${one.filter || ""}${columns}`;
  }

  function open() {
    say(null);
    exportChoice(...[...document.querySelectorAll("#export-format input, #export-which input")].filter((input) => input.checked).map((input) => input.value));
    dialog().showModal();
    look();
  }

  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest("#explore-export")) open();
    else if (event.target.closest("#export-close") || event.target === dialog()) dialog().close();
  });

  clientside.gas = Object.assign(clientside.gas || {}, { exportChoice, startExport });
})();
