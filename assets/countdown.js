// Counts down to the move to the archive: <span data-countdown="epoch s" data-now="the server's epoch s">.
// At zero it only says that the move is near, and asks for news: what is true, the job's record says (C26).
(() => {
  "use strict";
  const MINUTE_S = 60;
  const HOUR_S = 3600;
  const DAY_S = 86400;
  const ASK_AGAIN_S = 30; // while the page shows a result that is due
  const known = new WeakMap(); // element → when it is due by this browser's clock, and when it asked last

  function words(left) {
    if (left <= 0) return "Moving to the archive soon";
    if (left >= 2 * DAY_S) return `Moves to the archive in ${Math.floor(left / DAY_S)} days`;
    if (left >= HOUR_S) {
      return `Moves to the archive in ${Math.floor(left / HOUR_S)} h ${Math.floor((left % HOUR_S) / MINUTE_S)} min`;
    }
    return `Moves to the archive in ${Math.floor(left / MINUTE_S)}:${String(left % MINUTE_S).padStart(2, "0")}`;
  }

  function ask() {
    const store = document.getElementById("job-page") && "job-refresh";
    if (store) window.dash_clientside.set_props(store, { data: Date.now() });
  }

  function entry(element) {
    const { countdown, now } = element.dataset;
    const seen = known.get(element);
    if (seen && seen.countdown === countdown && seen.now === now) return seen;
    const fresh = {
      countdown,
      now,
      due: Date.now() + (Number(countdown) - Number(now)) * 1000,
      asked: seen && seen.countdown === countdown ? seen.asked : 0,
    };
    known.set(element, fresh);
    return fresh;
  }

  function show(element) {
    const seen = entry(element);
    const left = Math.ceil((seen.due - Date.now()) / 1000);
    const text = words(left);
    if (element.textContent !== text) element.textContent = text;
    if (left <= 0 && !document.hidden && Date.now() - seen.asked > ASK_AGAIN_S * 1000) {
      seen.asked = Date.now();
      ask();
    }
  }

  const showAll = () => document.querySelectorAll("[data-countdown]").forEach(show);

  function start() {
    showAll();
    window.setInterval(showAll, 1000);
    // A part of the page that has just come shows its words before it is painted.
    new MutationObserver(showAll).observe(document.body, { childList: true, subtree: true });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
