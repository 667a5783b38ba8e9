// Comforts of the plain pages; each page works without them.
(function () {
  "use strict";
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button) return;
    if (button.dataset.fillEmail) {
      document.getElementById("email").value = button.dataset.fillEmail;
      document.getElementById("password").value = button.dataset.fillPassword;
      document.getElementById("submit").focus();
    }
    if (button.dataset.reveal) {
      const input = document.getElementById(button.dataset.reveal);
      const hidden = input.type === "password";
      input.type = hidden ? "text" : "password";
      button.textContent = hidden ? "Hide" : "Show";
      button.setAttribute("aria-pressed", String(hidden));
    }
  });
  document.querySelectorAll("[data-reveal], [data-fill-email]").forEach((button) => button.removeAttribute("hidden"));
})();
