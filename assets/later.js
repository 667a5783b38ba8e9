// The scripts and styles that only the explorer, the page of a gene and the comparison need: fetched when such a page
// is first shown. What Dash asks for such a page waits for them, so nothing of the page is there before its scripts.
(() => {
  "use strict";
  const PAGES = /^\/jobs\/(compare$|[^/]+\/(explore|genes)(\/|$))/;
  const RETRY_MS = 2000;
  const send = window.fetch.bind(window);
  const files = document.querySelector("meta[name=gas-later]").content.split(" ");
  const here = new Set(); // addresses that have arrived
  let coming = null;

  const wanted = () => PAGES.test(window.location.pathname);
  const isDash = (request) =>
    new URL(request instanceof Request ? request.url : String(request), window.location.href).pathname.startsWith("/_dash");

  function add(address) {
    return new Promise((resolve) => {
      const isStyle = address.includes(".css?");
      const element = document.createElement(isStyle ? "link" : "script");
      element.addEventListener("load", () => resolve(here.add(address)));
      element.addEventListener("error", () => {
        element.remove();
        resolve();
      });
      if (isStyle) Object.assign(element, { rel: "stylesheet", href: address });
      else Object.assign(element, { async: false, src: address }); // they run in their order
      document.head.append(element);
    });
  }

  /** Ends when all files are here, or the reader went elsewhere. */
  async function bring() {
    for (;;) {
      await Promise.all(files.filter((address) => !here.has(address)).map(add));
      if (here.size === files.length || !wanted()) break;
      const notice = document.getElementById("gas-notice");
      if (notice) notice.textContent = "The portal cannot be reached. This page goes on by itself when it can.";
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    coming = null;
  }

  function all() {
    if (here.size === files.length) return null;
    coming = coming || bring();
    return coming;
  }

  window.fetch = async function (request, options) {
    const needed = isDash(request) && wanted();
    if (needed) all(); // beside the question
    const response = await send(request, options);
    if (needed && response.ok) await all();
    return response;
  };

  if (wanted()) all();
})();
