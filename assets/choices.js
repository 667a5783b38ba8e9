// Dash marks its radio buttons and check boxes as a list box with options, and inputs stand in the options: who listens
// to the page hears each twice, or cannot get into it. Here they become what they are, a group of inputs. Its name is
// what the label of the group says (`html.Label(…, htmlFor=<id of the group>)`), if there is one.
(() => {
  "use strict";
  const GROUP = ".dash-radioitems, .dash-checklist";
  const CHOICE = "label.dash-options-list-option";
  const DECOY = ".dash-dropdown-focus-target"; // before a dropdown: hands the focus to it at once
  const WATCHED = { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-selected"] };

  function mendGroup(group) {
    group.setAttribute("role", group.matches(".dash-radioitems") ? "radiogroup" : "group");
    const label = group.id && document.querySelector(`label[for="${CSS.escape(group.id)}"]`);
    if (label) group.setAttribute("aria-label", label.textContent);
  }

  function mendChoice(choice) {
    choice.removeAttribute("role");
    choice.removeAttribute("aria-selected");
  }

  function each(root, selector, mend) {
    if (root.matches(selector)) mend(root);
    root.querySelectorAll(selector).forEach(mend);
  }

  function mendAll(root) {
    if (!(root instanceof Element)) return;
    each(root, GROUP, mendGroup);
    each(root, CHOICE, mendChoice);
    each(root, DECOY, (decoy) => decoy.setAttribute("tabindex", "-1"));
  }

  function start() {
    mendAll(document.body);
    new MutationObserver((changes) => {
      for (const { type, target, addedNodes } of changes) {
        if (type === "childList") addedNodes.forEach(mendAll);
        else if (target.matches(CHOICE) && target.hasAttribute("aria-selected")) mendChoice(target);
      }
    }).observe(document.body, WATCHED);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
