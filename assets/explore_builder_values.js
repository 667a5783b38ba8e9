// The filter builder's sets: values of a column with their counts, searched on the server; gene panels as lists.
(() => {
  "use strict";
  const explore = (window.gasExplore = window.gasExplore || {});
  const builder = (explore.builder = explore.builder || {});
  const { make } = explore;
  const TYPED_MS = 250;
  const SHOWN_TOKENS = 30;

  const named = (value) => (value === null ? "unknown" : value);

  builder.values = (part, tools) => {
    const tokens = make("div", { class: "gas-builder-tokens", role: "group", "aria-label": "Chosen values" });
    const list = make("ul", { class: "gas-builder-values", tabindex: "0", "aria-label": "Values to choose from" });
    const said = make("p", { class: "gas-muted", role: "status" });
    let newest = 0;
    let offered = [];

    function toggle(value, on) {
      part.values = on ? [...part.values, value] : part.values.filter((each) => each !== value);
      tools.changed();
      drawTokens();
    }

    function drawTokens() {
      const shown = part.values.slice(0, SHOWN_TOKENS).map((value) =>
        make("span", { class: "gas-chip" }, make("span", { class: "gas-chip-text" }, named(value)), make("button", { type: "button", class: "gas-chip-remove", "aria-label": `Remove ${named(value)}`, click: () => { toggle(value, false); drawValues(); } }, "×")),
      );
      const rest = part.values.length - shown.length;
      tokens.replaceChildren(...shown, rest > 0 ? `and ${rest.toLocaleString("en-US")} more` : "");
      if (part.values.length > 1) {
        tokens.append(make("button", { type: "button", class: "gas-link-button", click: () => { part.values = []; tools.changed(); drawTokens(); drawValues(); } }, "Remove all"));
      }
    }

    function drawValues() {
      list.replaceChildren(
        ...offered.map(({ value, count }) =>
          make(
            "li",
            {},
            make(
              "label",
              { class: "gas-builder-check" },
              make("input", { type: "checkbox", checked: part.values.includes(value), change: (event) => toggle(value, event.target.checked) }),
              make("span", { class: "gas-builder-value" }, named(value)),
              make("span", { class: "gas-muted gas-number" }, count === null ? "" : count.toLocaleString("en-US")),
            ),
          ),
        ),
      );
    }

    async function look(text) {
      const mine = ++newest;
      said.textContent = "Looking …";
      try {
        const query = new URLSearchParams({ column: part.column, search: text, ...(part.terms ? { terms: "" } : {}) });
        const found = await window.gasUpload.call("GET", explore.path(`values?${query}`));
        if (mine !== newest) return;
        offered = found.values;
        said.textContent = !offered.length ? (found.more ? "There are too many values to list: search for one." : "No variant has such a value.") : found.more ? `The ${offered.length} most frequent; search for others.` : "";
      } catch (error) {
        if (mine !== newest) return;
        offered = [];
        said.textContent = error.message;
      }
      drawValues();
    }

    let typing;
    const search = make("input", { type: "search", class: "form-control form-control-sm", placeholder: "Search values", "aria-label": "Search values", "data-field": "values", input: (event) => {
      clearTimeout(typing);
      typing = setTimeout(() => look(event.target.value.trim()), TYPED_MS);
    } });
    drawTokens();
    look("");
    const whole = make("div", { class: "gas-builder-set" }, tokens, search, said, list, terms(part, tools, () => look(search.value.trim())));
    if (part.column === "gene") whole.prepend(panel(part, tools, () => { drawTokens(); drawValues(); }));
    return whole;
  };

  const terms = (part, tools, again) =>
    builder.check("also where it is one of several terms in a cell", part.terms === true, (on) => {
      if (on) part.terms = true;
      else delete part.terms;
      tools.changed();
      again();
    });

  function panel(part, tools, taken) {
    const read = async (text) => {
      if (!text.trim()) return [];
      const found = await window.gasUpload.call("POST", explore.path("lists"), { kind: "genes", text });
      part.values = found.genes;
      taken();
      return found.absent;
    };
    const list = builder.list("Genes, one a line or separated by commas", "genes", "", "BRCA1, BRCA2, TP53", part, read, tools);
    return make("details", { open: part._list === true }, make("summary", {}, "Paste or upload a gene list"), list);
  }
})();
