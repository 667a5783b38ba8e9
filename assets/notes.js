// The mark of a note beside a variant: its tag as a sign with a name; it changes with the note, without a new question.
(() => {
  "use strict";
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  // Signs differ in shape, not in colour alone.
  const SIGNS = {
    likely_causal: ["●", "Likely causal"],
    artefact: ["✕", "Artefact"],
    to_confirm: ["?", "To confirm"],
    none: ["✎", "A note without a tag"],
  };

  components.GasNote = ({ value }) => {
    const sign = SIGNS[value];
    if (!sign) return "";
    const [text, name] = sign;
    return window.React.createElement(
      "span",
      { className: `gas-mark gas-mark-${value}`, title: name, role: "img", "aria-label": name },
      text,
    );
  };

  clientside.gas = Object.assign(clientside.gas || {}, {
    // Writes the mark into the rows at hand; where the filter asks for tags it is asked again.
    markNote: (changed, filter, id) => {
      if (!changed) return clientside.no_update;
      const api = window.dash_ag_grid && window.dash_ag_grid.getApi(id);
      if (api && !api.isDestroyed()) {
        api.forEachNode((node) => {
          if (node.data && changed.rids.includes(node.data.rid)) node.setData({ ...node.data, note: changed.tag });
        });
      }
      return JSON.stringify(filter || {}).includes('"tagged"') ? { ...filter } : clientside.no_update;
    },
  });
})();
