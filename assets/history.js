// Back and forward within the explorer: its page takes the view from the address, and Dash, which would make the page
// anew, is not told. Browsers call who listens for this in the order of their coming, so this one has to come with the
// first scripts of a page, before Dash's own.
(() => {
  "use strict";
  let told = window.location.pathname; // the page that Dash has shown, or is about to
  const isTold = () => {
    told = window.location.pathname;
  };

  window.addEventListener("_dashprivate_pushstate", isTold);
  window.addEventListener("popstate", (event) => {
    const { went } = window.gasExplore || {};
    if (told === window.location.pathname && went && went()) event.stopImmediatePropagation();
    else isTold();
  });
})();
