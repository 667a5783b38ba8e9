// Shows times in the reader's own zone: <time datetime="2026-11-22T09:29:00Z" data-local> (also data-local="date").
// Until the script runs, and for who reads without it, the element says the time in UTC.
(function () {
  "use strict";
  // The pages are in English; the order of day and month follows the reader where that is English too.
  const language = (navigator.language || "en-GB").startsWith("en") ? navigator.language : "en-GB";
  const formats = {
    "": new Intl.DateTimeFormat(language, {
      year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
    }),
    date: new Intl.DateTimeFormat(language, { year: "numeric", month: "long", day: "numeric" }),
  };
  const full = new Intl.DateTimeFormat(language, {
    year: "numeric", month: "long", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit",
    hourCycle: "h23", timeZoneName: "long",
  });

  function show(element) {
    const when = new Date(element.getAttribute("datetime"));
    if (Number.isNaN(when.getTime())) return;
    const text = (formats[element.getAttribute("data-local")] || formats[""]).format(when);
    if (element.textContent !== text) element.textContent = text;
    const title = full.format(when);
    if (element.title !== title) element.title = title;
  }

  function showAll(root) {
    if (!(root instanceof Element)) return;
    if (root.matches("time[data-local]")) show(root);
    root.querySelectorAll("time[data-local]").forEach(show);
  }

  // For tables that format their own cells: epoch seconds to the same text.
  window.gasLocalTime = (seconds, kind) => (formats[kind] || formats[""]).format(new Date(seconds * 1000));
  window.gasFullTime = (seconds) => full.format(new Date(seconds * 1000));

  function start() {
    showAll(document.body);
    new MutationObserver((changes) => {
      for (const change of changes) {
        const element = change.target instanceof Element ? change.target : change.target.parentElement;
        if (element && element.matches("time[data-local]")) show(element);
        change.addedNodes.forEach(showAll);
      }
    }).observe(document.body, {
      childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["datetime"],
    });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
