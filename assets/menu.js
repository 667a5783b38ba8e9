// Menus are <details class="gas-menu">, which open without a script; this closes them again.
(function () {
  "use strict";
  function close(except) {
    document.querySelectorAll("details.gas-menu[open]").forEach((menu) => {
      if (menu !== except) menu.removeAttribute("open");
    });
  }
  document.addEventListener("click", (event) => {
    close(event.target instanceof Element ? event.target.closest("details.gas-menu") : null);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.gas-menu[open]");
    if (open) {
      close(null);
      open.querySelector("summary").focus();
    }
  });
})();
