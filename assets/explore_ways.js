// Ways about the explorer: to its plots and its table, and the reader's place in the table while rows come.
(() => {
  "use strict";
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const GAP_PX = 12; // between the bar and what was gone to

  document.addEventListener("click", (event) => {
    const way = event.target instanceof Element && event.target.closest("[data-way-to]");
    const place = way && document.getElementById(way.dataset.wayTo);
    if (!place) return;
    const bar = document.querySelector(".gas-explore-bar").getBoundingClientRect().height;
    window.scrollBy({ top: place.getBoundingClientRect().top - bar - GAP_PX, behavior: "instant" });
    place.focus({ preventScroll: true });
  });

  // A cell that has the focus is made anew when its row comes, and a browser forgets who had it.
  let place = null; // { row, column } of the table's cell where the reader is
  document.addEventListener("focusin", ({ target }) => {
    const cell = target.closest("#explore-grid .ag-row .ag-cell");
    place = cell ? { row: Number(cell.closest(".ag-row").getAttribute("row-index")), column: cell.getAttribute("col-id") } : null;
  });
  document.addEventListener("pointerdown", () => (place = null));
  functions.gasKeepPlace = ({ api }) =>
    window.requestAnimationFrame(() => {
      if (!place || api.isDestroyed() || document.activeElement !== document.body) return;
      if (place.row < api.getDisplayedRowCount()) api.setFocusedCell(place.row, place.column);
    });
})();
