// Back and forward within the explorer: its page takes the view from the address, and Dash, which would make the page
// anew, is not told. Browsers call who listens for this in the order of their coming, so this one has to come with the
// first scripts of a page, before Dash's own.
window.addEventListener("popstate", (event) => {
  const { went } = window.gasExplore || {};
  if (went && went()) event.stopImmediatePropagation();
});
