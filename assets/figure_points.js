// Points of a plot as one picture: tens of thousands of them are slow as elements of a page. Plotly's own way, WebGL,
// makes code from text, which the pages' security policy does not let it.
(() => {
  "use strict";
  const WIDTH_PX = 1200; // where the plot's place is not known yet
  const SIDES_PX = 110; // of a plot: its axes
  const SHARPNESS = 2; // pixels of the picture for one of the page
  const ARRAYS = { f8: Float64Array, f4: Float32Array };

  function numbers({ dtype, bdata }) {
    const bytes = Uint8Array.from(window.atob(bdata), (letter) => letter.charCodeAt(0));
    return new ARRAYS[dtype](bytes.buffer);
  }

  function draw(pen, trace, [x0, x1], [y0, y1]) {
    const { width, height } = pen.canvas;
    const [x, y] = [numbers(trace.x), numbers(trace.y)];
    const radius = (trace.marker.size / 2) * SHARPNESS;
    pen.globalAlpha = trace.marker.opacity;
    pen.fillStyle = pen.strokeStyle = trace.marker.color;
    const hollow = trace.marker.symbol?.endsWith("-open");
    for (let at = 0; at < x.length; at += 1) {
      pen.beginPath();
      pen.arc(((x[at] - x0) / (x1 - x0)) * width, ((y1 - y[at]) / (y1 - y0)) * height, radius, 0, 2 * Math.PI);
      if (hollow) pen.stroke();
      else pen.fill();
    }
  }

  /** The traces that are to be a picture become one, behind the same axes; they stay in the legend. */
  function paint({ data, layout }) {
    const drawn = data.filter((trace) => trace.meta?.picture);
    if (!drawn.length) return;
    const place = document.querySelector('[data-plot="rainfall"] .gas-plot-place');
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(200, (place?.clientWidth || WIDTH_PX) - SIDES_PX) * SHARPNESS;
    canvas.height = (layout.height - SIDES_PX) * SHARPNESS;
    const [{ range: across }, { range: up }] = [layout.xaxis, layout.yaxis];
    for (const trace of drawn) {
      draw(canvas.getContext("2d"), trace, across, up);
      Object.assign(trace, { x: [null], y: [null] });
    }
    const where = { xref: "x", yref: "y", x: across[0], y: up[1], sizex: across[1] - across[0], sizey: up[1] - up[0] };
    const picture = { source: canvas.toDataURL(), sizing: "stretch", layer: "above", ...where };
    layout.images = [...(layout.images || []), picture];
  }

  window.gasPoints = { paint };
})();
