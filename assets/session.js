// What a page says when its session ended or the portal does not answer. Dash itself would stay silent.
(function () {
  "use strict";
  const send = window.fetch.bind(window);

  function isOurs(request) {
    const url = new URL(request instanceof Request ? request.url : String(request), window.location.href);
    return url.origin === window.location.origin && /^\/(_dash|api\/)/.test(url.pathname);
  }

  function notice(text) {
    const element = document.getElementById("gas-notice");
    if (element && element.textContent !== text) element.textContent = text;
  }

  function signIn() {
    const here = window.location.pathname + window.location.search;
    window.location.assign("/login?next=" + encodeURIComponent(here));
  }

  async function explain(response) {
    const isCallback = new URL(response.url).pathname.startsWith("/_dash");
    if (isCallback) document.dispatchEvent(new Event("gas-no-answer"));
    const type = response.headers.get("Content-Type") || "";
    const error = type.includes("json") ? (await response.clone().json()).error : null;
    // A script that calls the API shows its own errors; nobody does for Dash, for a lost session or a server at fault.
    if (isCallback || response.status >= 500 || (error && error.code === "csrf")) {
      notice(error ? error.message : "Something went wrong on our side. Reload the page and try again.");
    }
  }

  window.fetch = async function (request, options) {
    if (!isOurs(request)) return send(request, options);
    let response;
    try {
      response = await send(request, options);
    } catch (error) {
      document.dispatchEvent(new Event("gas-no-answer"));
      if (error.name !== "AbortError") notice("The portal cannot be reached. This page goes on by itself when it can.");
      throw error;
    }
    if (response.status === 401) {
      signIn();
      return new Promise(() => {}); // the page is about to be left: nobody needs to handle this answer
    }
    if (response.ok || response.status === 304) notice("");
    else await explain(response);
    return response;
  };
})();
