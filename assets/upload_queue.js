/* The list of uploads: which rows there are, which file goes up next, what the buttons of a row do. */
(() => {
  "use strict";
  const upload = (window.gasUpload = window.gasUpload || {});

  const DONE_STAYS_MS = 8000; // then the table of jobs tells the rest
  const byId = (id) => document.getElementById(id);
  const rows = new Map(); // transfer → Row, in the order in which they go up
  let shown = []; // the same transfers from top to bottom: the newest batch first, each batch in its own order
  const limits = { filesAtOnce: 2, partsAtOnce: 3, maxBytes: Infinity, plan: "", inspectBytes: 65536 }; // read from the box when it appears

  const announce = (text) => {
    const announcer = byId("upload-announcer");
    if (announcer) announcer.textContent = text.replaceAll("`", ""); // marks of code, which nobody wants to hear
  };

  const SPOKEN = {
    uploading: (t) => `Uploading ${t.name}`,
    paused: (t) => `${t.name} is paused`,
    offline: () => "You are offline. Uploads wait for the connection.",
    failed: (t) => `${t.name}: ${t.message}`,
    refused: (t) => `${t.name}: ${t.message}`,
    choosing: (t) => {
      const why = t.message || t.refusal;
      return why ? `${t.name}: ${why}` : `${t.name} is uploaded. Check its options, then annotate it.`;
    },
    done: (t) => `${t.name} is handed over for annotation`,
  };

  const speak = (transfer) => {
    if (SPOKEN[transfer.state]) announce(SPOKEN[transfer.state](transfer));
  };

  const changed = (transfer) => {
    const row = rows.get(transfer);
    if (!row) return;
    const before = row.element.dataset.state;
    row.draw();
    if (before === transfer.state) return;
    speak(transfer);
    if (transfer.state === "done") {
      tellPage(transfer);
      upload.follow(transfer, () => rows.has(transfer), () => row.draw());
      setTimeout(() => rows.has(transfer) && drop(transfer), DONE_STAYS_MS);
    }
    pump();
  };

  /** The table of jobs looks again; scripts may listen too. */
  const tellPage = (transfer) => {
    window.dispatchEvent(new CustomEvent("gas:job-submitted", { detail: { job_id: transfer.job.job_id } }));
    const box = byId("upload-box");
    if (box && window.dash_clientside && window.dash_clientside.set_props) {
      window.dash_clientside.set_props(box.dataset.refreshStore, { data: Date.now() });
    }
  };

  const make = (options) => {
    const transfer = new upload.Transfer({ ...options, partsAtOnce: limits.partsAtOnce, onChange: changed });
    transfer.askFirst = upload.memory.asksFirst;
    return transfer;
  };

  /** Show a transfer on top, or below another one (`after`) of the same batch. */
  const put = (transfer, state, message = "", after = null) => {
    Object.assign(transfer, { state, message });
    const row = new upload.Row(transfer, (action) => ACTIONS[action](transfer));
    rows.set(transfer, row);
    const place = shown.indexOf(after) + 1;
    shown.splice(place, 0, transfer);
    const list = byId("upload-list");
    if (list) list.insertBefore(row.element, list.children[place] || null);
    speak(transfer);
    pump();
    return transfer;
  };

  /** Hang all rows into a list that was drawn anew. */
  const showIn = (list) => list.replaceChildren(...shown.map((transfer) => rows.get(transfer).element));

  const drop = (transfer) => {
    const { element } = rows.get(transfer);
    const hadFocus = element.contains(document.activeElement);
    element.remove();
    rows.delete(transfer);
    shown = shown.filter((other) => other !== transfer);
    if (hadFocus && byId("upload-choose")) byId("upload-choose").focus();
    pump();
  };

  /** Start as many waiting files as may go up at once, oldest first. */
  const pump = () => {
    const all = [...rows.keys()];
    let room = limits.filesAtOnce - all.filter((t) => t.isMoving).length;
    for (const transfer of all) {
      if (room <= 0) return;
      if (transfer.state === "waiting") {
        room -= 1;
        transfer.run();
      }
    }
  };

  const remove = async (transfer) => {
    try {
      await transfer.cancel();
      drop(transfer);
      announce(`${transfer.name} was removed`);
    } catch (error) {
      transfer.set("failed", `It could not be removed. ${error.message}`);
    }
  };

  const goOn = (transfer) => {
    if (!transfer.file && (!transfer.record || transfer.record.state === "OPEN")) {
      return transfer.record ? transfer.set("resumable") : drop(transfer);
    }
    transfer.set("waiting");
    return pump();
  };

  const ACTIONS = {
    pause: (t) => t.pause(),
    resume: goOn,
    retry: goOn,
    submit: (t) => {
      t.confirmed = true;
      t.looking = false;
      goOn(t);
    },
    options: (t) => rows.get(t).toggleOptions(),
    cancel: remove,
    remove,
    hide: drop,
    choose: (t) => upload.files.chooseFor(t),
  };

  const all = () => [...rows.keys()];

  Object.assign(upload, { queue: { rows, all, limits, announce, make, put, showIn, drop, goOn } });
})();
