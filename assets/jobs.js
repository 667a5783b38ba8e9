// Cancel, try again, delete: what the buttons of the jobs pages do; and a look for news when the reader comes back.
(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);
  let doomed = null; // the job that the open dialog asks about

  const call = (method, path) => window.gasUpload.call(method, path);
  const jobPath = (id) => `/api/jobs/${encodeURIComponent(id)}`;

  /** Lets the page that is open ask the server for news. */
  function refresh() {
    const store = byId("job-page") ? "job-refresh" : byId("jobs-table") && "jobs-refresh";
    if (store) window.dash_clientside.set_props(store, { data: Date.now() });
  }

  function say(text) {
    const notice = byId("gas-notice");
    if (notice) notice.textContent = text;
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
    window.history.pushState({}, "", "/jobs");
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  }

  async function act(button) {
    const { job, name, jobAction } = button.dataset;
    if (jobAction === "delete") {
      askDelete(job, name);
      return;
    }
    button.disabled = true;
    try {
      await call("POST", `${jobPath(job)}/${jobAction}`);
    } catch (error) {
      say(error.message);
    }
    button.disabled = false;
    refresh();
  }

  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const button = event.target.closest("[data-job-action]");
    if (button) act(button);
    else if (event.target.closest("#delete-yes")) remove();
    else if (event.target.closest("#delete-no") || event.target.id === "delete-dialog") byId("delete-dialog").close();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) refresh();
  });

  window.gasJobs = { askDelete };
})();
