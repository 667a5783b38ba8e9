// The drawer of a variant: rows open it, the focus goes in and back, other variants, copying.
(() => {
  "use strict";
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const GRID = "explore-grid";
  const ROW = "explore-row";
  const TRIES = 40; // until a row that is asked for has come
  const TRY_MS = 75;
  const COPIED_MS = 1500;
  const RS = /\brs[1-9][0-9]*\b/;

  const drawer = () => document.getElementById("explore-drawer");
  const grid = () => window.dash_ag_grid.getApi(GRID);
  const isOpen = () => drawer() && !drawer().hidden;
  let openRow = null; // { rid, index } of the variant that is shown
  let shownFor = null; // rid that the drawer was opened for: only then the focus moves

  function open(rid, index) {
    openRow = { rid, index };
    clientside.set_props(ROW, { data: rid });
  }

  function close() {
    if (!isOpen()) return;
    drawer().hidden = true;
    document.getElementById("explore-page").removeAttribute("data-drawer");
    shownFor = null;
    clientside.set_props(ROW, { data: null });
    const api = grid();
    if (!api || api.isDestroyed() || !openRow) return;
    api.ensureIndexVisible(openRow.index);
    const focused = api.getFocusedCell();
    api.setFocusedCell(openRow.index, focused ? focused.column : api.getAllDisplayedColumns()[0]);
  }

  const linked = (params) => {
    const target = params.event && params.event.target;
    return target instanceof Element && target.closest("a, button");
  };
  functions.gasOpenVariant = (params) => {
    if (!params.data || linked(params)) return;
    const marked = window.getSelection();
    if (marked && !marked.isCollapsed && String(marked)) return; // the reader marks text
    open(params.data.rid, params.rowIndex ?? params.node.rowIndex);
  };
  functions.gasVariantKey = (params) => {
    if (!params.data || !params.event || params.event.key !== "Enter") return;
    open(params.data.rid, params.rowIndex ?? params.node.rowIndex);
  };

  // Another variant in the order of the table; rows that are not here yet are fetched.
  function step(by) {
    const api = grid();
    if (!openRow || !api || api.isDestroyed()) return;
    const index = openRow.index + by;
    if (index < 0 || index >= api.getDisplayedRowCount()) return;
    api.ensureIndexVisible(index);
    let tries = 0;
    const look = () => {
      const node = api.isDestroyed() ? null : api.getDisplayedRowAtIndex(index);
      if (node && node.data) {
        open(node.data.rid, index);
        return;
      }
      tries += 1;
      if (tries < TRIES) window.setTimeout(look, TRY_MS);
    };
    look();
  }

  async function copy(button) {
    const said = drawer().querySelector("[data-drawer-says]");
    const usual = button.textContent;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed";
    }
    if (said) said.textContent = button.textContent;
    window.setTimeout(() => {
      button.textContent = usual;
    }, COPIED_MS);
  }

  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const button = event.target.closest("#explore-drawer button");
    if (!button) return;
    if (button.dataset.copy !== undefined) copy(button);
    else if (button.dataset.drawer === "close") close();
    else if (button.dataset.drawer === "previous") step(-1);
    else if (button.dataset.drawer === "next") step(1);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !isOpen()) return;
    if (document.querySelector("details.gas-menu[open], dialog[open]")) return;
    if (event.target.matches("textarea")) return; // what is being written stays
    close();
  });

  components.GasIds = ({ value }) => {
    const rs = value && RS.exec(value);
    if (!rs) return value || "";
    const address = `https://www.ncbi.nlm.nih.gov/snp/${rs[0]}`;
    const more = { href: address, target: "_blank", rel: "noopener noreferrer", className: "gas-cell-link", tabIndex: -1 };
    return window.React.createElement("a", { ...more, title: `${rs[0]} in dbSNP (opens a new tab)` }, value);
  };

  clientside.gas = Object.assign(clientside.gas || {}, {
    openDrawer: (rid, title) => {
      const aside = drawer();
      if (!aside || rid === null || rid === undefined) return;
      aside.hidden = false;
      document.getElementById("explore-page").dataset.drawer = "open";
      const body = aside.querySelector(".gas-drawer-body");
      if (shownFor !== rid) body.scrollTop = 0;
      if (shownFor === null) document.getElementById("explore-drawer-title").focus();
      shownFor = rid;
      void title;
    },
  });
})();
