// Cancel, try again, delete: what the buttons of the jobs pages do; and a look for news when the reader comes back.
(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);
  let doomed = null; // the job that the open dialog asks about

  const call = (method, path, body) => window.gasUpload.call(method, path, body);
  const jobPath = (id) => `/api/jobs/${encodeURIComponent(id)}`;

  /** Lets the page that is open ask the server for news. */
  function refresh() {
    const store = byId("job-page") ? "job-refresh" : byId("jobs-table") && "jobs-refresh";
    if (store) window.dash_clientside.set_props(store, { data: Date.now() });
  }

  /** What came of the reader's own action. It stays until it is closed, the next action, or another page: unlike
   * the notice of `session.js`, which goes as soon as the portal answers anything. */
  function say(text) {
    const notice = byId("gas-said");
    if (!notice) return;
    const close = document.createElement("button");
    Object.assign(close, { type: "button", className: "btn-close gas-notice-close", ariaLabel: "Close this message" });
    close.addEventListener("click", () => say(""));
    notice.replaceChildren(...(text ? [...window.gasUpload.withCode(text), close] : []));
  }

  function askDelete(id, name) {
    doomed = id;
    byId("delete-name").textContent = name;
    byId("delete-error").hidden = true;
    byId("delete-yes").disabled = false;
    byId("delete-dialog").showModal();
    byId("delete-no").focus();
  }

  async function remove() {
    const button = byId("delete-yes");
    button.disabled = true;
    try {
      await call("DELETE", jobPath(doomed));
    } catch (error) {
      if (error.status !== 404) {
        byId("delete-error").textContent = error.message;
        byId("delete-error").hidden = false;
        button.disabled = false;
        return;
      }
    }
    byId("delete-dialog").close();
    if (!byId("job-page")) {
      refresh();
      return;
    }
    visit("/jobs");
  }

  /** Goes to another page of ours without loading the document anew. */
  function visit(path) {
    window.history.pushState({}, "", path);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  }

  /** The same wish keeps its name until it is answered, so that a second click or a lost answer makes no second job. */
  async function runAgain(button, job) {
    const { versions } = button.dataset;
    button.dataset.token = button.dataset.token || crypto.getRandomValues(new Uint32Array(4)).join("-");
    button.disabled = true;
    say("");
    try {
      const made = await call("POST", `${jobPath(job)}/rerun`, { versions, token: button.dataset.token });
      visit(`/jobs/${encodeURIComponent(made.job_id)}`);
    } catch (error) {
      if (error.status !== 0) delete button.dataset.token;
      say(error.message);
    }
    button.disabled = false;
    const menu = button.closest("details");
    if (menu) menu.open = false;
  }

  async function act(button) {
    const { job, name, jobAction } = button.dataset;
    if (jobAction === "delete") {
      askDelete(job, name);
      return;
    }
    if (jobAction === "rerun") {
      await runAgain(button, job);
      return;
    }
    button.disabled = true;
    say("");
    try {
      await call("POST", `${jobPath(job)}/${jobAction}`);
    } catch (error) {
      say(error.message);
    }
    button.disabled = false;
    refresh();
  }

  /** Copies the text of another element; where the browser forbids that, the text is marked instead. */
  async function copy(button) {
    const source = byId(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = button.dataset.done;
    } catch {
      window.getSelection().selectAllChildren(source);
    }
  }

  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const button = event.target.closest("[data-job-action]");
    const copier = event.target.closest("[data-copy]");
    if (copier) copy(copier);
    if (button) act(button);
    else if (event.target.closest("#delete-yes")) remove();
    else if (event.target.closest("#delete-no") || event.target.id === "delete-dialog") byId("delete-dialog").close();
  });
  for (const left of ["_dashprivate_pushstate", "popstate"]) window.addEventListener(left, () => say(""));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) refresh();
  });

  window.gasJobs = { askDelete };
})();
