// Filters that the reader saved under names: listed in the menu, applied to this result, renamed, deleted.
(() => {
  "use strict";
  const explore = (window.gasExplore = window.gasExplore || {});
  const { make } = explore;
  const byId = (id) => document.getElementById(id);
  const call = (...request) => window.gasUpload.call(...request);
  let naming = null; // what the dialog does with the name

  async function list() {
    const place = byId("explore-saved");
    place.replaceChildren(make("p", { class: "gas-muted", role: "status" }, "Loading …"));
    try {
      const { filters } = await call("GET", "/api/filters");
      place.replaceChildren(...(filters.length ? filters.map(row) : [make("p", { class: "gas-muted" }, "None yet. A saved filter can be used on every job.")]));
    } catch (error) {
      place.replaceChildren(make("p", { class: "gas-muted", role: "alert" }, error.message));
    }
  }

  const row = (saved) =>
    make(
      "div",
      { class: "gas-saved" },
      make("button", { type: "button", class: "gas-menu-item gas-preset", click: () => use(saved) }, make("strong", {}, saved.name), make("span", { class: "gas-muted" }, saved.words)),
      make("button", { type: "button", class: "gas-link-button", "aria-label": `Rename the filter ${saved.name}`, click: () => rename(saved) }, "Rename"),
      make("button", { type: "button", class: "gas-link-button", "aria-label": `Delete the filter ${saved.name}`, click: () => remove(saved) }, "Delete"),
    );

  const closeMenu = () => document.querySelectorAll("details.gas-menu[open]").forEach((menu) => menu.removeAttribute("open"));

  async function use(saved) {
    closeMenu();
    try {
      const { name, filter, left_out: lacking } = await call("GET", `/api/filters/${saved.filter_id}/for/${explore.page().dataset.job}`);
      explore.setFilter(filter);
      if (lacking.length) explore.say(`“${name}” is applied without what this result lacks. ${lacking.join(" ")}`, { stays: true });
      else explore.say(`“${name}” is applied.`);
    } catch (error) {
      explore.say(error.message, { stays: true });
    }
  }

  async function remove(saved) {
    try {
      await call("DELETE", `/api/filters/${saved.filter_id}`);
      explore.say(`“${saved.name}” is deleted.`);
    } catch (error) {
      explore.say(error.message, { stays: true });
    }
    list();
  }

  const rename = (saved) =>
    ask("Rename this filter", saved.words, saved.name, (name) => call("PATCH", `/api/filters/${saved.filter_id}`, { name }));

  function save() {
    if (!(explore.filter.parts || []).length) return explore.say("There is no filter to save yet: add one first.");
    ask("Save this filter", "It can be used on every job.", "", (name) => call("POST", "/api/filters", { name, filter: explore.filter }));
  }

  function ask(title, words, name, what) {
    closeMenu();
    naming = what;
    byId("filter-name-title").textContent = title;
    byId("filter-name-words").textContent = words;
    byId("filter-name-error").hidden = true;
    const place = byId("filter-name-place");
    const input = make("input", { id: "filter-name", class: "form-control", type: "text", maxlength: place.dataset.most, autocomplete: "off", value: name });
    input.addEventListener("keydown", (event) => event.key === "Enter" && confirm());
    place.replaceChildren(input);
    byId("filter-name-dialog").showModal();
    input.focus();
    input.select();
  }

  async function confirm() {
    const input = byId("filter-name");
    const error = byId("filter-name-error");
    try {
      const saved = await naming(input.value);
      byId("filter-name-dialog").close();
      explore.say(`“${saved.name}” is saved.`);
    } catch (failure) {
      error.textContent = failure.message;
      error.hidden = false;
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", error.id);
      input.focus();
    }
  }

  document.addEventListener(
    "toggle",
    ({ target }) => target instanceof HTMLDetailsElement && target.open && target.matches(".gas-preset-menu") && list(),
    true,
  );
  document.addEventListener("click", (event) => {
    const at = (selector) => event.target instanceof Element && event.target.closest(selector);
    if (at("[data-save-filter]")) save();
    else if (at("#filter-name-no")) byId("filter-name-dialog").close();
    else if (at("#filter-name-yes")) confirm();
    else if (at(".gas-preset[id]")) closeMenu();
  });
})();
