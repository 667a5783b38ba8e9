// What the filter builder can ask of: every column by subject, samples, places; a list that is searched.
(() => {
  "use strict";
  const explore = (window.gasExplore = window.gasExplore || {});
  const builder = (explore.builder = explore.builder || {});
  const { make } = explore;

  const ofColumn = (column) =>
    column.kind === "text"
      ? { kind: "one_of", column: column.name, values: [] }
      : { kind: "range", column: column.name, least: null, most: null };

  const SAMPLES = [
    ["Genotype of a sample", "Heterozygous, homozygous, absent or missing, with depth, quality and allele balance.", ({ samples }) => ({ kind: "carries", sample: samples[0], calls: ["het", "hom"] }), 1],
    ["Inheritance in a trio", "De novo, recessive or compound heterozygous in the child of two parents.", ({ samples }) => ({ kind: "inherited", pattern: "de_novo", child: samples[0], mother: samples[1], father: samples[2] }), 3],
    ["Private to samples", "Nobody else in the file holds the allele.", () => ({ kind: "private", samples: [] }), 2],
  ];

  // [subject, [[title, description, () => condition], …]]
  function offers({ columns, samples }) {
    const found = [["Lists and text", [
      ["Text anywhere", "Looked for in gene, identifier, consequence, HGVS and region.", () => ({ kind: "contains", text: "" })],
      ["Regions", "One or more stretches of the genome, written, pasted or from a BED file.", () => ({ kind: "regions", regions: [] })],
    ]]];
    found[0][1].push(["Tagged", "Variants that you marked in their notes: likely causal, artefact, to confirm.", () => ({ kind: "tagged", tags: [] })]);
    if (columns.some((column) => column.name === "gene")) {
      found[0][1].push(["Gene list", "A panel of genes, pasted or from a file.", () => ({ kind: "one_of", column: "gene", values: [], _list: true })]);
    }
    const ofSamples = SAMPLES.filter((offer) => samples.length >= offer[3]);
    if (ofSamples.length) found.push(["Samples", ofSamples.map(([title, words, condition]) => [title, words, () => condition({ samples })])]);
    for (const column of columns) {
      if (found.at(-1)[0] !== column.group) found.push([column.group, []]);
      found.at(-1)[1].push([column.title, column.description, () => ofColumn(column)]);
    }
    return found;
  }

  /** The list from which a new condition is chosen. */
  builder.picker = (part, { knowledge, redraw }) => {
    const choose = (condition) => {
      Object.assign(part, condition());
      redraw();
    };
    const groups = offers(knowledge).map(([subject, items]) =>
      make(
        "li",
        { class: "gas-picker-group" },
        make("h3", {}, subject),
        make("ul", {}, ...items.map(([title, words, condition]) =>
          make(
            "li",
            { "data-text": `${title} ${words}`.toLowerCase() },
            make("button", { type: "button", class: "gas-picker-item", click: () => choose(condition) }, make("strong", {}, title), make("span", { class: "gas-muted" }, words || "")),
          ),
        )),
      ),
    );
    const none = make("p", { class: "gas-muted", hidden: true, role: "status" }, "No column is called so.");
    const search = (event) => {
      const wanted = event.target.value.trim().toLowerCase();
      groups.forEach((group) => {
        const items = [...group.querySelectorAll("li")];
        items.forEach((item) => (item.hidden = !item.dataset.text.includes(wanted)));
        group.hidden = items.every((item) => item.hidden);
      });
      none.hidden = groups.some((group) => !group.hidden);
    };
    const enter = (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      const wanted = event.target.value.trim().toLowerCase();
      const left = groups.flatMap((group) => [...group.querySelectorAll("li")]).filter((item) => !item.hidden);
      const called = (item) => item.querySelector("strong").textContent.toLowerCase();
      const best = left.find((item) => called(item) === wanted) || left.find((item) => item.dataset.text.startsWith(wanted)) || left[0];
      if (best) best.querySelector("button").click();
    };
    return make(
      "div",
      { class: "gas-picker" },
      make("input", { type: "search", class: "form-control", placeholder: "Search columns", "aria-label": "Search columns", "data-field": "column", input: search, keydown: enter }),
      none,
      make("ul", { class: "gas-picker-groups", tabindex: "0", "aria-label": "What to filter by" }, ...groups),
    );
  };
})();
