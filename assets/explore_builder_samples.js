// The filter builder's conditions on samples: a genotype, a trio, alleles that only some hold; and tags of notes.
(() => {
  "use strict";
  const explore = (window.gasExplore = window.gasExplore || {});
  const builder = (explore.builder = explore.builder || {});
  const { make } = explore;

  const CALLS = [["het", "heterozygous"], ["hom", "homozygous"], ["absent", "without the allele"], ["missing", "not called"]];
  const PATTERNS = [["de_novo", "De novo: in the child, in no parent"], ["recessive", "Recessive: homozygous in the child, one copy in each parent"], ["compound_het", "Compound heterozygous: two in a gene, one from each parent"]];
  const TAGS = [["likely_causal", "likely causal"], ["artefact", "artefact"], ["to_confirm", "to confirm"], ["none", "a note without a tag"]];

  const asOptions = (samples) => samples.map((name) => [name, name]);

  // Boxes for a list in the document.
  function boxes(label, field, options, part, changed) {
    const toggle = (value, on) => {
      const wanted = new Set(part[field]);
      if (on) wanted.add(value);
      else wanted.delete(value);
      part[field] = options.map(([each]) => each).filter((each) => wanted.has(each));
      changed();
    };
    return make(
      "div",
      { class: "gas-builder-boxes", role: "group", "aria-label": label, tabindex: "-1", "data-field": field },
      ...options.map(([value, words]) => builder.check(words, part[field].includes(value), (on) => toggle(value, on))),
    );
  }

  const sample = (label, field, part, { knowledge, changed }) =>
    builder.choice(label, field, asOptions(knowledge.samples), part[field], (name) => {
      part[field] = name;
      changed();
    });

  builder.genotype = (part, tools) => ({
    title: "Genotype of a sample",
    description: "Depth, quality and balance are asked of calls that hold the allele.",
    body: make(
      "div",
      { class: "gas-builder-column" },
      sample("Sample", "sample", part, tools),
      boxes("The call is", "calls", CALLS, part, tools.changed),
      builder.number("Reads at least", part, "least_depth", tools.changed),
      builder.number("Genotype quality at least", part, "least_quality", tools.changed),
      builder.number("Allele balance at least (0 to 1)", part, "least_balance", tools.changed),
    ),
  });

  builder.trio = (part, tools) => ({
    title: "Inheritance in a trio",
    description: "Of two in a gene both have to meet the conditions beside this one.",
    body: make(
      "div",
      { class: "gas-builder-column" },
      builder.choice("Pattern", "pattern", PATTERNS, part.pattern, (pattern) => { part.pattern = pattern; tools.changed(); }),
      sample("Child", "child", part, tools),
      sample("Mother", "mother", part, tools),
      sample("Father", "father", part, tools),
    ),
  });

  builder.privateTo = (part, tools) => ({
    title: "Private to samples",
    description: "At least one of these holds the allele, and nobody else does.",
    body: boxes("Samples", "samples", asOptions(tools.knowledge.samples), part, tools.changed),
  });

  builder.tags = (part, tools) => ({
    title: "Tags",
    description: "What somebody noted on the variant.",
    body: boxes("Tags", "tags", TAGS, part, tools.changed),
  });
})();
