// Says when a job of mine ended while I am on another page: "tiny.vcf is annotated", with a link, once, in one tab.
// The server is asked only while this browser knows of a job that is not over, and the page is visible.
(() => {
  "use strict";
  const KEY = "gas-notices";
  const LOOK_MS = 10000; // between two questions of this browser, all tabs together
  const TICK_MS = 2000; // how soon a job that the page shows as active is noticed
  const LAG_S = 60; // the list of jobs may lag behind the jobs themselves
  const STAY_MS = 12000;
  const SHOWN_KEPT = 200;
  const SEVERAL = 3; // more than these at once are told in one sentence
  const ACTIVE = new Set(["PENDING", "RUNNING"]);
  const LISTED = "/jobs"; // this page shows every job itself
  const send = window.fetch.bind(window);

  // What the tabs of this browser share. A browser that keeps nothing gets no notices.
  function read() {
    try {
      return { active: false, first: 0, noted: 0, asked: 0, since: null, shown: [], ...JSON.parse(localStorage.getItem(KEY)) };
    } catch {
      return null;
    }
  }

  function write(changes) {
    const state = read();
    if (!state) return;
    try {
      localStorage.setItem(KEY, JSON.stringify({ ...state, ...changes }));
    } catch {
      // full or forbidden: the reader finds the job on its page
    }
  }

  /** A job of mine waits or runs. `since`: the server's time from which its end is news; null: from now on, whatever
   * the server's clock says: until it has answered once it is told how long ago that was. */
  function noteActive(since) {
    const state = read();
    if (!state) return;
    const noted = Date.now();
    write(state.active ? { noted } : { active: true, first: noted, noted, since });
  }

  function remember() {
    if (document.querySelector(".gas-state-pending, .gas-state-running")) noteActive(null);
  }

  // A job that this page makes or starts again.
  window.fetch = async function (request, options) {
    const response = await send(request, options);
    const path = new URL(request instanceof Request ? request.url : String(request), window.location.href).pathname;
    const method = ((options && options.method) || (request instanceof Request && request.method) || "GET").toUpperCase();
    if (method === "POST" && response.ok && /^\/api\/(jobs|exports)(\/|$)/.test(path)) learn(response.clone());
    return response;
  };

  async function learn(answer) {
    try {
      const job = await answer.json();
      if (ACTIVE.has(job.job_status)) noteActive(job.submit_time);
      if (ACTIVE.has(job.state)) noteActive(job.created_at); // an export
    } catch {
      // no job in this answer
    }
  }

  function look() {
    if (document.hidden) return;
    remember();
    const state = read();
    if (!state || !state.active || Math.abs(Date.now() - state.asked) < LOOK_MS) return;
    if (navigator.locks) navigator.locks.request(KEY, { ifAvailable: true }, (lock) => lock && ask());
    else ask();
  }

  async function ask() {
    const { since, asked, first } = read();
    if (Math.abs(Date.now() - asked) < LOOK_MS) return; // another tab was quicker
    write({ asked: Date.now() });
    let answer;
    try {
      const from = since === null ? `ago=${Math.max(0, Math.ceil((Date.now() - first) / 1000))}` : `since=${since}`;
      const response = await send(`/api/jobs/ended?${from}`, { headers: { Accept: "application/json" } });
      if (response.status === 401) write({ active: false, since: null }); // signed out: nothing is mine to know
      if (!response.ok) return;
      answer = await response.json();
    } catch {
      return; // out of reach: asked again at the next look
    }
    tell(answer);
  }

  function tell({ now, since, jobs, exports, active }) {
    const { shown, noted } = read();
    const fresh = jobs.filter((job) => !shown.includes(nameOf(job)));
    const made = exports.filter((one) => !shown.includes(one.export_id));
    const over = !active && Date.now() - noted > LAG_S * 1000;
    const next = Math.max(since, now - LAG_S);
    const names = [...fresh.map(nameOf), ...made.map((one) => one.export_id)];
    write({ shown: [...shown, ...names].slice(-SHOWN_KEPT), active: !over, since: over ? null : next });
    const here = window.location.pathname;
    const elsewhere = here === LISTED ? [] : fresh.filter((job) => here !== pageOf(job));
    if (elsewhere.length > SEVERAL) show(`${elsewhere.length} jobs have ended`, LISTED, false);
    else elsewhere.forEach((job) => show(textOf(job), pageOf(job), job.job_status === "FAILED"));
    if (!dialogOpen()) made.forEach(showExport); // the open dialog lists them itself
  }

  const dialogOpen = () => document.querySelector("#export-dialog[open]");

  function showExport({ export_id: id, job_id: job, file_name: name, state }) {
    const failed = state === "FAILED";
    const href = failed ? `/jobs/${encodeURIComponent(job)}/explore` : `/api/exports/${encodeURIComponent(id)}/files/file`;
    show(failed ? `The export ${name} failed` : `${name} is ready: download`, href, failed);
  }

  // A job that ended, was started again and ended again is told twice.
  const nameOf = (job) => `${job.job_id}@${job.complete_time}`;
  const pageOf = (job) => `/jobs/${encodeURIComponent(job.job_id)}`;
  const textOf = ({ input_file_name: name, job_status: status }) =>
    status === "FAILED" ? `${name} failed` : `${name} is annotated`;

  // The region is there before its first message: readers that speak announce only what changes in it.
  function region() {
    let element = document.getElementById("gas-toasts");
    if (!element) {
      element = document.createElement("div");
      Object.assign(element, { id: "gas-toasts", className: "gas-toasts", role: "status", ariaLive: "polite" });
      element.setAttribute("aria-label", "Jobs that ended");
      document.body.append(element);
    }
    return element;
  }

  function show(text, href, failed) {
    const toast = document.createElement("div");
    toast.className = failed ? "gas-toast gas-toast-failed" : "gas-toast";
    const link = document.createElement("a");
    Object.assign(link, { href, textContent: text });
    const close = document.createElement("button");
    Object.assign(close, { type: "button", className: "btn-close", ariaLabel: "Close this message" });
    close.addEventListener("click", () => toast.remove());
    toast.addEventListener("keydown", (event) => event.key === "Escape" && toast.remove());
    toast.append(link, close);
    region().append(toast);
    closeLater(toast);
  }

  /** Goes by itself, but not while somebody reads or holds it. */
  function closeLater(toast) {
    setTimeout(() => {
      if (toast.matches(":hover, :focus-within")) closeLater(toast);
      else toast.remove();
    }, STAY_MS);
  }

  function start() {
    region();
    look();
    setInterval(look, TICK_MS);
    document.addEventListener("visibilitychange", look);
    // Who leaves sooner than the next look: by a link inside the portal, or out of the document.
    document.addEventListener("click", remember, true);
    window.addEventListener("pagehide", remember);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
