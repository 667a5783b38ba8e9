// The filter builder: a dialog with the whole filter as groups and conditions, which it checks and then applies.
(() => {
  "use strict";
  const explore = (window.gasExplore = window.gasExplore || {});
  const builder = (explore.builder = explore.builder || {});
  const MOST_DEPTH = 5; // groups within groups, as the server takes them
  const COUNT_AFTER_MS = 600;

  const dialog = () => document.getElementById("builder");
  const byId = (id) => document.getElementById(id);
  const { make } = explore;

  let filter = null; // what is being edited; keys that begin with "_" are ours and never sent
  let knowledge = null; // columns and samples of the job, fetched once a page
  let counting;

  const copy = (document_) => JSON.parse(JSON.stringify(document_));
  const isOurs = (key) => key.startsWith("_");
  const asSent = (node) => JSON.parse(JSON.stringify(node, (key, value) => (isOurs(key) ? undefined : value)));

  function unfinished(node) {
    return (node.parts || []).flatMap((part) => (part.kind === "group" ? unfinished(part) : part.kind ? [] : [part]));
  }

  async function fields() {
    const path = explore.path("fields");
    if (!knowledge || knowledge.path !== path) knowledge = { path, ...(await window.gasUpload.call("GET", path)) };
    return knowledge;
  }

  async function open(place) {
    filter = copy(explore.filter);
    filter.parts = filter.parts || [];
    byId("builder-count").textContent = "";
    fail("");
    byId("builder-root").replaceChildren(make("p", { class: "gas-muted", role: "status" }, "Loading the columns …"));
    dialog().showModal();
    try {
      await fields();
    } catch (error) {
      return fail(error.message);
    }
    if (place === null) {
      if (filter.join === "any" && filter.parts.length) filter = { kind: "group", parts: [filter] };
      filter.parts.push({ kind: null });
      draw(["parts", filter.parts.length - 1]);
    } else draw(place ? place.split("/").map((step) => (/^\d+$/.test(step) ? Number(step) : step)) : ["parts", 0]);
    count();
  }

  /** Draws the whole filter anew; the part at `place` gets the focus. */
  function draw(place) {
    byId("builder-root").replaceChildren(groupView(filter, []));
    if (!place) return;
    const part = partAt(place);
    if (!part) return;
    part.scrollIntoView({ block: "nearest" });
    const field = part.querySelector(".gas-builder-body :is(input, select, textarea, button):not([type=hidden])");
    if (field) field.focus();
  }

  const partAt = (place) => byId("builder-root").querySelector(`[data-place="${CSS.escape(place.join("/"))}"]`);

  function groupView(group, place) {
    group.parts = group.parts || [];
    const join = make(
      "select",
      { class: "form-select form-select-sm", "aria-label": "How the conditions are joined", change: (event) => {
        if (event.target.value === "any") group.join = "any";
        else delete group.join;
        changed();
        draw();
      } },
      make("option", { value: "all", selected: group.join !== "any" }, "all of these"),
      make("option", { value: "any", selected: group.join === "any" }, "at least one of these"),
    );
    const word = group.join === "any" ? "or" : "and";
    const rows = group.parts.map((part, number) => {
      const row = partView(group, part, [...place, "parts", number]);
      return make("li", {}, number ? make("span", { class: "gas-builder-word" }, word) : null, row);
    });
    const add = (node) => {
      group.parts.push(node);
      draw([...place, "parts", group.parts.length - 1]);
    };
    const depth = place.length / 2;
    return make(
      "div",
      { class: "gas-builder-group", role: "group", "aria-label": depth ? "Group of conditions" : "Conditions" },
      make("div", { class: "gas-builder-join" }, make("span", {}, "Variants that meet"), join),
      make("ul", {}, ...rows),
      group.parts.length ? null : make("p", { class: "gas-muted" }, "No condition: every variant passes."),
      make(
        "div",
        { class: "gas-builder-adds" },
        make("button", { type: "button", class: "btn btn-sm btn-outline-secondary", click: () => add({ kind: null }) }, "+ Condition"),
        depth + 1 < MOST_DEPTH
          ? make(
              "button",
              { type: "button", class: "btn btn-sm btn-outline-secondary", click: () => add({ kind: "group", join: group.join === "any" ? "all" : "any", parts: [{ kind: null }] }) },
              "+ Group",
            )
          : null,
      ),
    );
  }

  function partView(group, part, place) {
    const remove = () => {
      group.parts.splice(group.parts.indexOf(part), 1);
      changed();
      draw();
      byId("builder-root").querySelector(".gas-builder-adds button").focus();
    };
    const tools = { knowledge, changed, redraw: () => { changed(); draw(place); } };
    const view = part.kind === "group" ? { title: "Group", body: groupView(part, place) } : builder.editor(part, tools);
    return make(
      "section",
      { class: "gas-builder-part", "data-place": place.join("/"), "aria-label": view.title },
      make(
        "header",
        {},
        make("strong", {}, view.title),
        view.description ? make("span", { class: "gas-muted gas-builder-about" }, view.description) : null,
        make("button", { type: "button", class: "gas-chip-remove", "aria-label": `Remove the condition: ${view.title}`, click: remove }, "×"),
      ),
      make("div", { class: "gas-builder-body" }, view.body),
      make("p", { class: "gas-field-error", hidden: true, role: "alert", id: `builder-error-${place.join("-")}` }),
    );
  }

  function fail(text) {
    const place = byId("builder-error");
    place.textContent = text;
    place.hidden = !text;
  }

  function clearErrors() {
    fail("");
    dialog().querySelectorAll(".gas-field-error").forEach((error) => (error.hidden = true));
    dialog().querySelectorAll("[aria-invalid]").forEach((field) => {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
      field.classList.remove("is-invalid");
    });
  }

  /** Says what is wrong at the field that `place` leads to. */
  function show(message, place) {
    let end = 0;
    while (place[end] === "parts" && typeof place[end + 1] === "number") end += 2;
    const part = end ? partAt(place.slice(0, end)) : null;
    if (!part) return fail(message);
    const said = [...part.children].find((child) => child.classList.contains("gas-field-error"));
    said.textContent = message;
    said.hidden = false;
    const field = part.querySelector(`[data-field="${CSS.escape(String(place[end]))}"]`) || part.querySelector("[data-field]:not([data-field=operator])");
    if (field) {
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", said.id);
      field.classList.add("is-invalid");
      field.focus();
    }
    part.scrollIntoView({ block: "nearest" });
  }

  async function settle(node, place = []) {
    const parts = node.parts || [];
    for (const [number, part] of parts.entries()) {
      const here = [...place, "parts", number];
      try {
        if (part._read) await part._read();
      } catch (error) {
        error.place = [...here, ...(error.place || [])];
        throw error;
      }
      await settle(part, here);
    }
  }

  const check = () => window.gasUpload.call("POST", explore.path("check"), { filter: asSent(filter) });
  const inWords = ({ count: found, total }) => `${found.toLocaleString("en-US")} of ${total.toLocaleString("en-US")} variants`;

  function count() {
    clearTimeout(counting);
    counting = setTimeout(async () => {
      if (!dialog() || !dialog().open) return;
      if (unfinished(filter).length) return (byId("builder-count").textContent = "");
      try {
        byId("builder-count").textContent = inWords(await check());
      } catch {
        byId("builder-count").textContent = ""; // said at the field once it is applied
      }
    }, COUNT_AFTER_MS);
  }

  function changed() {
    clearErrors();
    count();
  }

  async function apply() {
    clearErrors();
    const button = byId("builder-apply");
    button.disabled = true;
    try {
      await settle(filter); // lists are read from their fields, which drawing makes anew
      drop(filter);
      draw();
      const { filter: clean } = await check();
      dialog().close();
      explore.setFilter(clean);
    } catch (error) {
      show(error.message, error.place || []);
    } finally {
      button.disabled = false;
    }
  }

  /** Conditions of which nothing was chosen, and groups without any, mean nothing. */
  function drop(group) {
    group.parts.filter((part) => part.kind === "group").forEach(drop);
    group.parts = group.parts.filter((part) => part.kind && (part.kind !== "group" || part.parts.length));
  }

  document.addEventListener("click", (event) => {
    const at = (selector) => (event.target instanceof Element ? event.target.closest(selector) : null);
    if (at("[data-builder='add']")) open(null);
    else if (at("[data-builder-place]")) open(at("[data-builder-place]").dataset.builderPlace);
    else if (at("#builder-cancel")) dialog().close();
    else if (at("#builder-apply")) apply();
  });
})();
