// The columns of the explorer's table: chosen, reordered and pinned by the reader, remembered in this browser.
(() => {
  "use strict";
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const GRID = "explore-grid";
  const PHONE_PX = 640; // as in grid.js
  const MEMORY = "gas-explore-columns";
  const appliedTo = new WeakMap(); // table → the memory that it follows

  const narrow = () => document.documentElement.clientWidth < PHONE_PX;
  const memory = () => MEMORY + (narrow() ? "-phone" : ""); // a phone has a choice of its own
  const table = () => {
    const api = window.dash_ag_grid.getApi(GRID);
    return api && !api.isDestroyed() ? api : null;
  };
  const list = () => document.querySelector("[data-columns=list]");

  function remembered() {
    try {
      const found = JSON.parse(window.localStorage.getItem(memory()));
      return Array.isArray(found) && found.length ? found : null;
    } catch {
      return null; // no storage, or not ours
    }
  }

  function remember(api) {
    const state = api.getColumnState().map(({ colId, hide, pinned, width }) => ({ colId, hide, pinned, width }));
    appliedTo.set(api, memory());
    try {
      window.localStorage.setItem(memory(), JSON.stringify(state));
    } catch {
      // The choice holds for this visit.
    }
  }

  // True where the reader's own choice holds, so that nothing else is fitted to the width.
  functions.gasColumnsRemembered = (api) => {
    const state = remembered();
    if (!state && appliedTo.get(api) !== memory()) return false;
    if (appliedTo.get(api) === memory()) return true;
    appliedTo.set(api, memory());
    api.applyColumnState({ state, applyOrder: true });
    return true;
  };

  functions.gasColumnsMoved = (params) => {
    if (!String(params.source).startsWith("ui") || params.finished === false) return;
    remember(params.api);
    show(params.api);
  };

  function button(sign, does, title) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = sign;
    made.dataset.does = does;
    made.title = title;
    made.setAttribute("aria-label", title);
    return made;
  }

  function line(column) {
    const title = column.getColDef().headerName;
    const item = document.createElement("li");
    item.dataset.column = column.getColId();
    const box = document.createElement("input");
    box.type = "checkbox";
    box.className = "form-check-input";
    const label = document.createElement("label");
    label.append(box, document.createTextNode(title));
    const pin = button("⇤", "pin", `Keep at the left: ${title}`);
    item.append(label, button("↑", "up", `Move up: ${title}`), button("↓", "down", `Move down: ${title}`), pin);
    return item;
  }

  // Lines are moved and changed, never made anew while the menu is open: the focus stays where it is.
  function show(api) {
    const place = list();
    if (!place || !place.closest("details").open) return;
    const items = new Map([...place.children].map((item) => [item.dataset.column, item]));
    const columns = api.getAllGridColumns();
    columns.forEach((column, index) => {
      const item = items.get(column.getColId()) || line(column);
      if (place.children[index] !== item) place.insertBefore(item, place.children[index] || null);
      item.querySelector("input").checked = column.isVisible();
      item.querySelector("[data-does=pin]").setAttribute("aria-pressed", String(Boolean(column.getPinned())));
    });
    while (place.children.length > columns.length) place.lastElementChild.remove();
    find();
  }

  function find() {
    const wanted = document.getElementById("explore-columns-find").value.trim().toLowerCase();
    for (const item of list().children) item.hidden = !item.textContent.toLowerCase().includes(wanted);
  }

  function move(api, id, by) {
    const shown = api.getAllGridColumns();
    const from = shown.findIndex((column) => column.getColId() === id);
    const to = from + by;
    if (to >= 0 && to < shown.length) api.moveColumnByIndex(from, to);
  }

  function reset(api) {
    try {
      window.localStorage.removeItem(memory());
    } catch {
      // There is none to forget.
    }
    appliedTo.delete(api);
    const sorts = api.getColumnState().map(({ colId, sort, sortIndex }) => ({ colId, sort, sortIndex }));
    api.resetColumnState();
    api.applyColumnState({ state: sorts });
    functions.gasFitColumns({ api });
  }

  document.addEventListener(
    "toggle",
    (event) => {
      const api = list() && event.target.contains(list()) ? table() : null;
      if (api) show(api);
    },
    true,
  );
  document.addEventListener("input", (event) => {
    if (event.target.id === "explore-columns-find") find();
  });
  document.addEventListener("change", (event) => {
    const item = event.target.closest("[data-columns=list] li");
    const api = item && table();
    if (!api) return;
    api.setColumnsVisible([item.dataset.column], event.target.checked);
    remember(api);
  });
  document.addEventListener("click", (event) => {
    const pressed = event.target instanceof Element ? event.target.closest("[data-columns=panel] button") : null;
    const api = pressed && table();
    if (!api) return;
    const item = pressed.closest("li");
    if (pressed.dataset.columns === "reset") reset(api);
    else if (item) {
      const id = item.dataset.column;
      if (pressed.dataset.does === "pin") api.setColumnsPinned([id], api.getColumn(id).getPinned() ? null : "left");
      else move(api, id, pressed.dataset.does === "up" ? -1 : 1);
      remember(api);
    }
    show(api);
    pressed.focus();
  });

  // Back and forward: the header shows the order of the view that the reader came to.
  let cameTo = null;
  clientside.gas = Object.assign(clientside.gas || {}, {
    showSort: (went, sort) => {
      const api = table();
      if (clientside.callback_context.triggered.some((each) => each.prop_id.startsWith("explore-went"))) cameTo = went;
      if (!cameTo || !api || !clientside.callback_context.triggered.some((each) => each.prop_id.startsWith("explore-sort"))) return;
      cameTo = null;
      const state = (sort || []).map(([colId, direction], sortIndex) => ({ colId, sort: direction, sortIndex }));
      api.applyColumnState({ state, defaultState: { sort: null } });
    },
  });
})();
