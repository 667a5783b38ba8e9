/* The life of the uploads on a page: Dash draws the upload box anew at every visit, the uploads live on here. */
(() => {
  "use strict";
  const upload = (window.gasUpload = window.gasUpload || {});

  const TICK_MS = 500;
  const byId = (id) => document.getElementById(id);
  const isGoing = (transfer) => transfer.isMoving || transfer.state === "waiting";
  // By its token too: the server may know an upload of this page whose answer is still on its way.
  const isOf = (transfer, { upload_id: id, token }) => (transfer.record && transfer.record.upload_id === id) || transfer.token === token;
  let restored = false;

  /** What an earlier page, or another tab, left unfinished. */
  const restore = async () => {
    restored = true;
    let unfinished;
    try {
      unfinished = (await upload.call("GET", "/api/uploads")).uploads;
    } catch {
      restored = false; // asked again at the next visit of the page
      return;
    }
    for (const record of unfinished) {
      if (upload.queue.all().some((t) => isOf(t, record))) continue;
      const transfer = upload.queue.make({ record });
      const busy = await upload.elsewhere(record.upload_id, () => lookAgain(transfer));
      upload.queue.put(transfer, busy ? "elsewhere" : record.state === "UPLOADED" ? "unsent" : "resumable");
    }
  };

  /** Another tab has stopped sending: the row is brought to what the server knows now. */
  const lookAgain = (transfer) => {
    if (!upload.queue.rows.has(transfer)) return;
    upload.queue.drop(transfer);
    restored = false;
    if (byId("upload-box")) restore();
  };

  const readLimits = ({ maxBytes, plan, filesAtOnce, partsAtOnce, inspectBytes }) =>
    Object.assign(upload.queue.limits, {
      maxBytes: Number(maxBytes),
      plan,
      filesAtOnce: Number(filesAtOnce),
      partsAtOnce: Number(partsAtOnce),
      inspectBytes: Number(inspectBytes),
    });

  /** Dash has drawn the box: hang the rows in, and ask what is unfinished. */
  const attach = () => {
    const list = byId("upload-list");
    if (!list || list.dataset.attached) return;
    list.dataset.attached = "yes";
    readLimits(byId("upload-box").dataset);
    upload.queue.showIn(list);
    if (byId("upload-ask")) byId("upload-ask").setAttribute("aria-checked", String(upload.memory.asksFirst));
    drawPill();
    if (!restored) restore();
  };

  /** As dcc.Link does it: the page stays, and with it the uploads. */
  const followLink = (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return;
    event.preventDefault();
    window.history.pushState({}, "", event.currentTarget.href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  };

  // Seen on other pages while files go up.
  const pill = document.createElement("a");
  Object.assign(pill, { id: "upload-pill", className: "gas-upload-pill", href: "/jobs", hidden: true });
  pill.addEventListener("click", followLink);

  const drawPill = () => {
    const going = upload.queue.all().filter(isGoing);
    pill.hidden = Boolean(byId("upload-box")) || going.length === 0;
    if (pill.hidden) return;
    const total = going.reduce((sum, t) => sum + t.size, 0);
    const sent = going.reduce((sum, t) => sum + t.sent, 0);
    const files = going.length === 1 ? "1 file" : `${going.length} files`;
    pill.textContent = `Uploading ${files} · ${Math.floor((100 * sent) / total)} %`;
  };

  const tick = () => {
    const now = performance.now();
    for (const [transfer, row] of upload.queue.rows) {
      if (transfer.state !== "uploading") continue;
      transfer.measure(now);
      row.draw();
    }
    drawPill();
  };

  const begin = () => {
    document.body.append(upload.files.picker, pill);
    window.addEventListener("beforeunload", (event) => {
      if (upload.queue.all().some(isGoing)) event.preventDefault();
    });
    new MutationObserver(attach).observe(document.body, { childList: true, subtree: true });
    setInterval(tick, TICK_MS);
    attach();
  };

  Object.assign(upload, { followLink });
  // All files of the upload box are loaded by then, whatever their order.
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else window.setTimeout(begin);
})();
