// The comparison of jobs: a click on a set lists its variants, the chosen set stands out, letters lead to the explorers.
(() => {
  "use strict";
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const nothing = () => clientside.no_update;

  components.GasWho = ({ value, data }) => {
    if (!data || !data.links) return value || "";
    const place = `${data.chrom}:${data.pos}`;
    return data.links.flatMap(({ letter, href }, n) => [
      n ? ", " : "",
      window.React.createElement(
        "a",
        { key: letter, href, className: "gas-cell-link gas-who", title: `${place} in the explorer of ${letter}`, "aria-label": `${letter}: ${place} in its explorer` },
        letter,
      ),
    ]);
  };

  clientside.gas = Object.assign(clientside.gas || {}, {
    // The sets stand in the plot in the order of the choice, whose first entry is all variants.
    pickSet: (click, options, chosen) => {
      const place = click && click.points && click.points.length ? click.points[0].x : null;
      const option = place === null ? null : options[Math.round(place) + 1];
      if (!option) return nothing();
      return option.value === chosen ? options[0].value : option.value;
    },
    markSet: (chosen, options, figure) => {
      if (!figure) return nothing();
      const place = options.findIndex((option) => option.value === chosen) - 1;
      const [bars, ...dots] = figure.data;
      const marked = { ...bars, selectedpoints: place < 0 ? null : [place], unselected: { marker: { opacity: 0.35 } } };
      return { ...figure, data: [marked, ...dots] };
    },
    // The address of the list as a file, with what is chosen.
    listAddress: (who, what, address) => {
      const [path, jobs] = address.split("?");
      const asked = new URLSearchParams(jobs);
      asked.delete("members");
      asked.delete("differs");
      if (who !== "all") asked.set("members", who);
      if (what && what !== "all") asked.set("differs", what);
      return `${path}?${asked}`;
    },
  });
})();
