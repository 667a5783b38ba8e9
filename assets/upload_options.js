/* The options of one file: reference, engine, sources. While they are open, the file waits for "Annotate". */
(() => {
  "use strict";
  const upload = (window.gasUpload = window.gasUpload || {});

  let made = 0;

  const element = (tag, className, text = "") => {
    const one = document.createElement(tag);
    if (className) one.className = className;
    one.textContent = text;
    return one;
  };

  const option = (value, text, chosen) => {
    const one = element("option", "", text);
    one.value = value;
    one.selected = chosen;
    return one;
  };

  const labelled = (text, control) => {
    const label = element("label", "gas-options-label", text);
    label.htmlFor = control.id;
    const row = element("div", "gas-options-row");
    row.append(label, control);
    return row;
  };

  class OptionsPanel {
    /** `onChange` is called after every choice. */
    constructor(transfer, onChange) {
      made += 1;
      Object.assign(this, { transfer, onChange, id: `upload-options-${made}` });
      this.element = element("div", "gas-options");
      this.element.id = this.id;
      this.element.setAttribute("role", "group");
      this.element.setAttribute("aria-label", `Options of ${transfer.name}`);
      this.element.hidden = true;
    }

    draw(open) {
      if (open && !this.drawn) this.fill();
      this.element.hidden = !open;
    }

    focus() {
      const first = this.element.querySelector("select, input");
      if (first) first.focus();
    }

    fill() {
      this.drawn = true;
      this.engines = element("div", "");
      this.sources = element("div", "");
      this.element.replaceChildren(this.bundleRow(), this.engines, this.sources);
      this.fillForBundle();
    }

    /** What belongs to the reference that the present choice means: its engines and its sources. */
    fillForBundle() {
      const { seen, bundleId } = this.transfer;
      const bundle = seen.bundles.find((one) => one.bundle_id === bundleId);
      this.fillEngines(bundle ? bundle.engines : []);
      this.fillSources(bundle ? bundle.sources : []);
    }

    bundleRow() {
      const { seen, choices } = this.transfer;
      const select = element("select", "form-select form-select-sm");
      select.id = `${this.id}-bundle`;
      const automatic = seen.automatic ? `Automatic (${seen.automatic.title})` : "Automatic (nothing fits)";
      select.append(option("", automatic, !choices.bundleId));
      for (const bundle of seen.bundles) {
        const unfit = seen.verdicts[bundle.bundle_id] === "does_not_fit" ? " – does not fit" : "";
        const fits = seen.refusals[bundle.bundle_id] ? " – another genome build" : unfit;
        select.append(option(bundle.bundle_id, bundle.title + fits, choices.bundleId === bundle.bundle_id));
      }
      select.addEventListener("change", () => {
        choices.bundleId = select.value || null;
        Object.assign(choices, { sourceIds: null, engine: null }); // each reference has its own
        this.fillForBundle();
        this.onChange();
      });
      return labelled("Reference", select);
    }

    /** Nothing where there is only one engine. */
    fillEngines(engines) {
      const { choices } = this.transfer;
      this.engines.replaceChildren();
      if (engines.length < 2) return;
      const select = element("select", "form-select form-select-sm");
      select.id = `${this.id}-engine`;
      for (const { name, title } of engines) select.append(option(name, title, name === (choices.engine || engines[0].name)));
      select.addEventListener("change", () => {
        choices.engine = select.value;
        this.onChange();
      });
      this.engines.append(labelled("Engine", select));
    }

    fillSources(sources) {
      this.sources.replaceChildren();
      if (!sources.length) return;
      const details = element("details", "gas-options-sources");
      this.summary = element("summary", "");
      const boxes = element("fieldset", "");
      boxes.append(element("legend", "visually-hidden", "Annotation sources"));
      this.boxes = sources.map((source) => this.sourceBox(source, boxes));
      details.append(this.summary, boxes);
      this.sources.append(details);
      this.countSources();
    }

    sourceBox(source, parent) {
      const box = element("input", "form-check-input");
      box.type = "checkbox";
      box.value = source.source_id;
      const { sourceIds } = this.transfer.choices;
      box.checked = !sourceIds || sourceIds.includes(source.source_id);
      const label = element("label", "gas-options-source");
      const about = element("span", "gas-options-about", `version ${source.version} · ${source.licence}`);
      label.append(box, element("span", "", source.title), about);
      parent.append(label);
      box.addEventListener("change", () => {
        const ticked = this.boxes.filter((one) => one.checked).map((one) => one.value);
        this.transfer.choices.sourceIds = ticked.length === this.boxes.length ? null : ticked;
        this.countSources();
        this.onChange();
      });
      return box;
    }

    countSources() {
      const ticked = this.boxes.filter((one) => one.checked).length;
      this.summary.textContent = `Sources: ${ticked === this.boxes.length ? "all" : ticked} of ${this.boxes.length}`;
    }
  }

  Object.assign(upload, { OptionsPanel });
})();
