// The filter builder's editors: of a column's condition, by its type; of a text; of regions.
(() => {
  "use strict";
  const explore = (window.gasExplore = window.gasExplore || {});
  const builder = (explore.builder = explore.builder || {});
  const { make } = explore;

  /** A labelled field; `field` names it in the document, so that errors find it. */
  builder.field = (label, input) => make("label", { class: "gas-builder-field" }, make("span", {}, label), input);

  builder.choice = (label, field, options, chosen, change) =>
    builder.field(
      label,
      make(
        "select",
        { class: "form-select form-select-sm", "data-field": field, change: (event) => change(event.target.value) },
        ...options.map(([value, words]) => make("option", { value, selected: value === chosen }, words)),
      ),
    );

  builder.check = (label, checked, change) =>
    make("label", { class: "gas-builder-check" }, make("input", { type: "checkbox", checked, change: (event) => change(event.target.checked) }), make("span", {}, label));

  const THOUSANDS = /^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$/;

  /** A number that stays as it was typed where it is none: the server says what is wrong. */
  builder.number = (label, part, field, changed) => {
    const set = (event) => {
      const typed = event.target.value.trim();
      const plain = THOUSANDS.test(typed) ? typed.replaceAll(",", "") : typed; // "0,5" is no number here, nor five
      part[field] = plain === "" ? null : Number.isFinite(Number(plain)) ? Number(plain) : typed;
      changed();
    };
    const value = part[field] === null || part[field] === undefined ? "" : part[field];
    return builder.field(label, make("input", { type: "text", inputmode: "decimal", class: "form-control form-control-sm", autocomplete: "off", "data-field": field, value, input: set }));
  };

  const OPERATORS = {
    text: [["one_of", "is one of"], ["none_of", "is none of"], ["contains", "contains"], ["known", "is known"], ["unknown", "is unknown"]],
    number: [["range", "is between"], ["one_of", "is one of"], ["none_of", "is none of"], ["known", "is known"], ["unknown", "is unknown"]],
  };
  const AS = {
    one_of: (column) => ({ kind: "one_of", column, values: [] }),
    none_of: (column) => ({ kind: "one_of", column, values: [], negated: true }),
    contains: (column) => ({ kind: "contains", columns: [column], text: "" }),
    known: (column) => ({ kind: "known", column }),
    unknown: (column) => ({ kind: "known", column, known: false }),
    range: (column) => ({ kind: "range", column, least: null, most: null }),
  };

  const operatorOf = (part) => {
    if (part.kind === "one_of") return part.negated ? "none_of" : "one_of";
    if (part.kind === "known") return part.known === false ? "unknown" : "known";
    return part.kind;
  };

  function become(part, other) {
    Object.keys(part).forEach((key) => delete part[key]);
    Object.assign(part, other);
  }

  function columnEditor(part, name, tools) {
    const column = tools.knowledge.columns.find((each) => each.name === name) || { name, title: name, kind: "text", description: "This result has no such column." };
    const operators = OPERATORS[column.kind === "text" ? "text" : "number"];
    const operator = operatorOf(part);
    const change = (wanted) => {
      const kept = part.values;
      become(part, AS[wanted](name));
      if (kept && part.values) part.values = kept;
      tools.redraw();
    };
    const body = make("div", { class: "gas-builder-column" }, builder.choice("Condition", "operator", operators, operator, change));
    if (part.kind === "range") {
      extent(body, name);
      body.append(
        builder.number("At least", part, "least", tools.changed),
        builder.number("At most", part, "most", tools.changed),
        builder.check("or unknown", part.or_unknown === true, (on) => { part.or_unknown = on; tools.changed(); }),
      );
    } else if (part.kind === "one_of") body.append(builder.values(part, tools));
    else if (part.kind === "contains") body.append(textField(part, tools));
    return { title: column.title, description: column.description, body };
  }

  // The column's own least and greatest number, as an example of what can be written.
  async function extent(body, column) {
    try {
      const found = await window.gasUpload.call("GET", explore.path(`extent?${new URLSearchParams({ column })}`));
      for (const [field, value] of [["least", found.least], ["most", found.greatest]]) {
        if (value !== null) body.querySelector(`[data-field=${field}]`).placeholder = String(Number(value.toPrecision(6)));
      }
    } catch {
      // An example is missing: the fields work without.
    }
  }

  const textField = (part, { changed }) =>
    builder.field("Text", make("input", { type: "text", class: "form-control form-control-sm", "data-field": "text", autocomplete: "off", value: part.text, input: (event) => { part.text = event.target.value.trim(); changed(); } }));

  const written = ({ contig, start, end }) => (start === undefined && end === undefined ? contig : `${contig}:${start || 1}-${end ?? 2 ** 31 - 1}`);

  const MOST_NAMED = 5;

  // Of a list: what no variant of the result has, which is no error (a panel may name more).
  function lacking(names, things) {
    if (!names.length) return "";
    const named = names.slice(0, MOST_NAMED).join(", ");
    const rest = names.length - MOST_NAMED;
    return `This result has no variant in ${names.length.toLocaleString("en-US")} of these ${things}: ${named}${rest > 0 ? ` and ${rest.toLocaleString("en-US")} more` : ""}.`;
  }

  /** A text area, and a file that fills it. `read` takes over what it says, when it is left or the filter applied, and
   * gives the names that no variant has. */
  builder.list = (label, things, text, hint, part, read, tools) => {
    const said = make("p", { class: "gas-muted", role: "status" });
    const area = make("textarea", { class: "form-control", rows: "5", spellcheck: "false", "data-field": "list", placeholder: hint });
    area.value = text;
    let last = text;
    part._read = async () => {
      if (area.value === last) return;
      said.textContent = lacking((await read(area.value)) || [], things);
      last = area.value;
    };
    const leave = () => part._read().then(tools.changed, () => {}); // what is wrong is said once it is applied
    area.addEventListener("change", leave);
    const file = make("input", { type: "file", class: "form-control form-control-sm", "aria-label": `${label} from a file`, accept: ".txt,.bed,.tsv,.csv,text/*", change: async (event) => {
      const [chosen] = event.target.files;
      if (!chosen) return;
      area.value = await chosen.text();
      leave();
    } });
    return make("div", { class: "gas-builder-list" }, builder.field(label, area), file, said);
  };

  function regionsEditor(part, tools) {
    const read = async (text) => {
      const found = text.trim() ? await window.gasUpload.call("POST", explore.path("lists"), { kind: "regions", text }) : { regions: [], absent: [] };
      part.regions = found.regions;
      return found.absent;
    };
    const body = builder.list("Regions, one a line", "contigs", part.regions.map(written).join("\n"), "chr7:117480025-117668665\nchrM\nor the lines of a BED file", part, read, tools);
    return { title: "Regions", description: "Both ends belong to a region; a BED file counts from 0, as BED does.", body };
  }

  function textEditor(part, tools) {
    if (part.columns && part.columns.length === 1) return columnEditor(part, part.columns[0], tools);
    return { title: "Text anywhere", description: "In gene, identifier, consequence, HGVS or region; capitals do not matter.", body: textField(part, tools) };
  }

  const EDITORS = {
    one_of: (part, tools) => columnEditor(part, part.column, tools),
    range: (part, tools) => columnEditor(part, part.column, tools),
    known: (part, tools) => columnEditor(part, part.column, tools),
    contains: textEditor,
    regions: regionsEditor,
    carries: (part, tools) => builder.genotype(part, tools),
    inherited: (part, tools) => builder.trio(part, tools),
    private: (part, tools) => builder.privateTo(part, tools),
    tagged: (part, tools) => builder.tags(part, tools),
  };

  /** Title, description and fields of a condition; of one that is not chosen yet, the list to choose from. */
  builder.editor = (part, tools) =>
    part.kind ? EDITORS[part.kind](part, tools) : { title: "New condition", body: builder.picker(part, tools) };
})();
