// The drawer of a variant: rows open it, the focus goes in and back, other variants, copying, the genome browser.
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
    else if (button.dataset.browser === "open") openBrowser(button);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !isOpen()) return;
    if (document.querySelector("details.gas-menu[open], dialog[open]")) return;
    if (event.target.matches("textarea")) return; // what is being written stays
    close();
  });

  // The genome browser: one for the page, which goes along with the variant.
  let browser = null;
  let library = null;
  let place = null; // { locus, job }

  function loadLibrary() {
    library =
      library ||
      new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = "/assets/vendor/igv/igv.min.js?m=3.8.10";
        script.onload = () => resolve(window.igv);
        script.onerror = () => {
          library = null;
          reject(new Error("The genome browser could not be loaded. Try again."));
        };
        document.head.append(script);
      });
    return library;
  }

  async function asked(path) {
    const answer = await fetch(path, { headers: { Accept: "application/json" } });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.error ? told.error.message : "The server did not answer. Try again.");
    return told;
  }

  function tracks(job, config) {
    const path = `/api/jobs/${encodeURIComponent(job)}`;
    // Presigned addresses end after some minutes: a new one for each question.
    const fresh = (role) => async () => (await asked(`${path}/files/${role}?format=json`)).url;
    const readFeatures = async (contig, start, end) => {
      const stretch = new URLSearchParams({ contig, start: Math.max(0, Math.floor(start)), end: Math.ceil(end) });
      const found = await asked(`${path}/reference-genes?${stretch}`);
      return found.map((each) => ({ chr: contig, ...each }));
    };
    return [
      { name: "Genes", type: "annotation", format: "refgene", reader: { readFeatures }, displayMode: "EXPANDED", height: 110, visibilityWindow: 3000000, order: 1, removable: false },
      { name: "Variants", type: "variant", format: "vcf", url: fresh("vcf"), indexURL: fresh("index"), visibilityWindow: 200000, order: 2, removable: false },
    ];
  }

  async function makeBrowser(holder) {
    const { job, locus } = place;
    const config = await asked(`/api/jobs/${encodeURIComponent(job)}/browser`);
    const igv = await loadLibrary();
    const { sequence, index, blocks } = config.files;
    return igv.createBrowser(holder, {
      loadDefaultGenomes: false,
      showSVGButton: false,
      reference: {
        id: config.id,
        name: config.title,
        fastaURL: sequence,
        indexURL: index,
        ...(blocks ? { compressedIndexURL: blocks } : {}),
        aliasURL: config.aliases,
        wholeGenomeView: false,
        tracks: [],
      },
      locus,
      tracks: tracks(job, config),
    });
  }

  async function openBrowser(button) {
    const said = drawer().querySelector("[data-browser=says]");
    const holder = drawer().querySelector("[data-browser=place]");
    if (browser || button.disabled || !place) return;
    button.disabled = true;
    said.hidden = false;
    said.textContent = "Loading the genome browser …";
    try {
      const opened = place.locus;
      browser = await makeBrowser(holder);
      said.hidden = true;
      button.hidden = true;
      if (place.locus !== opened) browser.search(place.locus);
    } catch (error) {
      said.textContent = error.message || String(error);
      button.disabled = false;
    }
  }

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
    browseTo: (locus, job) => {
      if (!locus) return;
      place = { locus, job };
      if (browser && !document.contains(browser.root)) browser = null; // of a page that was left
      if (browser) browser.search(locus);
    },
  });
})();
