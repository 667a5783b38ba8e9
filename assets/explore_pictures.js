// The explorer's plots as pictures that may leave the page: with a background, and what they are of above them.
(() => {
  "use strict";
  const explore = (window.gasExplore = window.gasExplore || {});
  const PIXELS_A_POINT = 2;
  const [TOP_PX, HEAD_PX, LINE_PX, BELOW_PX] = [26, 48, 16, 8]; // what stands above the plot, and room below it
  const [LETTER_PX, MOST_LINES] = [6.5, 4];

  const fileText = () => document.querySelector(".gas-explore-name .gas-title")?.textContent || "";
  // Of the job's file and the plot: `NA12878-consequences`.
  const fileName = (plot) => [fileText().replace(/\.(vcf|bcf)(\.gz)?$/i, "").replace(/[^\w.-]+/g, "_").slice(0, 80), plot].filter(Boolean).join("-");

  // Plotly reads a few tags in texts: none may begin in what a file or a filter holds.
  const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

  function lines(text, letters) {
    const found = [""];
    for (const word of text.split(/\s+/)) {
      if (found.at(-1) && found.at(-1).length + word.length > letters) found.push("");
      found[found.length - 1] += `${found.at(-1) ? " " : ""}${word}`;
    }
    return found.length > MOST_LINES ? [...found.slice(0, MOST_LINES - 1), `${found[MOST_LINES - 1]} …`] : found;
  }

  // What a picture that has left the page says of itself: the plot, the file, how many variants, under which filter.
  function heading(card, width) {
    const filter = [...document.querySelectorAll(".gas-chip-text")].map((chip) => chip.textContent.trim());
    const told = [fileText(), document.getElementById("explore-count")?.textContent, ...filter].filter(Boolean).join(" · ");
    return { title: card.querySelector(".gas-minor-title").textContent, said: lines(told, width / LETTER_PX) };
  }

  function savePicture(name, form, card, graph) {
    const { width, height: drawn } = graph.getBoundingClientRect();
    const { title, said } = heading(card, width);
    const head = HEAD_PX + LINE_PX * said.length;
    const height = drawn + head + BELOW_PX;
    const { font, margin, legend } = graph.layout;
    const text = `<b>${escaped(title)}</b><br><span style="font-size:12px">${said.map(escaped).join("<br>")}</span>`;
    const layout = {
      ...graph.layout,
      width,
      height,
      paper_bgcolor: window.getComputedStyle(card).backgroundColor,
      margin: { ...margin, t: (margin?.t || 0) + head, b: (margin?.b || 0) + BELOW_PX },
      title: { text, font: { ...font, size: 16 }, x: 0, xref: "container", pad: { l: 12 }, y: 1 - TOP_PX / height, yref: "container", yanchor: "top" },
      ...(legend ? { legend: { ...legend, y: 1 - head / height } } : {}),
    };
    const config = { format: form, width, height, scale: PIXELS_A_POINT, filename: fileName(name) };
    window.Plotly.downloadImage({ data: graph.data, layout }, config);
  }

  Object.assign(explore, { fileName, savePicture });
})();
