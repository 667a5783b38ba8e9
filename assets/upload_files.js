/* The ways in: file dialogue, drag and drop, the sample, pasted variants. All end in `add`. */
(() => {
  "use strict";
  const upload = (window.gasUpload = window.gasUpload || {});

  const GUARD_MS = 1500; // a button that starts a job does nothing for this long after it was pressed
  const OVER = new Set(["done", "refused", "failed"]);
  const byId = (id) => document.getElementById(id);
  const box = () => byId("upload-box");
  const chosenBundle = () => (byId("upload-bundle") && byId("upload-bundle").value) || null; // "" is Automatic

  const isFile = (file, kept) => kept && kept.name === file.name && kept.size === file.size && kept.changed === file.lastModified;
  const keptOf = (transfer) => transfer.record && upload.memory.of(transfer.record.upload_id);

  /** One file: goes on with an unfinished upload of the same file, else waits for its turn. Gives its transfer. */
  const add = async (file, { folder = false, bundleId = chosenBundle(), after = null } = {}) => {
    const { queue } = upload;
    const unfinished = queue.all().find((t) => t.state === "resumable" && isFile(file, keptOf(t)));
    if (unfinished) return resumeWith(unfinished, file);
    const isSame = (t) => t.file && t.name === file.name && t.size === file.size && t.file.lastModified === file.lastModified;
    const twin = queue.all().find((t) => isSame(t) && !OVER.has(t.state));
    if (twin) {
      queue.announce(`${file.name} is being uploaded already`);
      return twin;
    }
    const problem = folder ? "This is a folder. Drop the files that are in it." : await upload.problemOf(file, queue.limits);
    return queue.put(queue.make({ file, bundleId }), problem ? "refused" : "waiting", problem, after);
  };

  const addAll = async (files) => {
    const bundleId = chosenBundle();
    let after = null;
    for (const { file, folder } of files) after = await add(file, { folder, bundleId, after });
  };

  const resumeWith = (transfer, file) => {
    transfer.file = file;
    upload.queue.goOn(transfer);
    return transfer;
  };

  /** The file that the user chose for an unfinished upload: it must be the same one. */
  const resumeChosen = (transfer, file) => {
    const kept = keptOf(transfer);
    if (file.size !== transfer.size) {
      const sizes = `it has ${file.size.toLocaleString("en")} bytes, the unfinished one ${transfer.size.toLocaleString("en")}`;
      return transfer.set("resumable", `“${file.name}” is another file: ${sizes}. Choose ${transfer.name}, or remove this upload.`);
    }
    if (kept && kept.changed !== file.lastModified) {
      return transfer.set("resumable", "The file was changed since. Remove this upload, and drop the file anew.");
    }
    if (!kept) upload.memory.keep(transfer.record.upload_id, file);
    return resumeWith(transfer, file);
  };

  // ---- the file dialogue

  let chosenFor = null; // the row whose "Choose file" opened it
  const picker = document.createElement("input");
  Object.assign(picker, { type: "file", multiple: true, hidden: true, id: "upload-input" });
  picker.addEventListener("change", () => {
    const files = [...picker.files];
    const transfer = chosenFor;
    picker.value = "";
    chosenFor = null;
    if (transfer && upload.queue.rows.has(transfer) && files.length) resumeChosen(transfer, files.shift());
    return addAll(files.map((file) => ({ file, folder: false })));
  });
  const chooseFor = (transfer) => {
    chosenFor = transfer;
    picker.multiple = !transfer;
    picker.click();
  };

  // ---- buttons

  /** Run `work` once for a press of the button, however often it is pressed in a short time. */
  const guarded = async (button, work) => {
    button.disabled = true;
    const wait = new Promise((resolve) => setTimeout(resolve, GUARD_MS));
    try {
      await Promise.all([work(), wait]);
    } finally {
      button.disabled = false;
    }
  };

  const sendSample = async () => {
    let content;
    try {
      const response = await fetch(box().dataset.sampleUrl);
      if (!response.ok) throw new Error(String(response.status));
      content = await response.blob();
    } catch {
      const { queue } = upload;
      const sentence = "The sample could not be fetched. Try again, or drop a file of your own.";
      return queue.put(queue.make({ file: new File([], "sample.vcf") }), "refused", sentence);
    }
    return add(new File([content], "sample.vcf"));
  };

  const sendPasted = async () => {
    const file = await upload.paste.toFile();
    if (!file) return;
    upload.paste.open(false);
    await add(file);
  };

  const PRESSED = {
    "upload-choose": () => chooseFor(null),
    "upload-sample": (button) => guarded(button, sendSample),
    "upload-ask": (button) => {
      upload.memory.asksFirst = !upload.memory.asksFirst;
      button.setAttribute("aria-checked", String(upload.memory.asksFirst));
    },
    "upload-paste-open": (button) => upload.paste.open(button.getAttribute("aria-expanded") !== "true"),
    "upload-paste-close": () => upload.paste.open(false),
    "upload-paste-send": (button) => guarded(button, sendPasted),
  };

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("button");
    if (button && PRESSED[button.id]) PRESSED[button.id](button);
  });
  document.addEventListener("input", (event) => {
    if (event.target.id === "upload-paste-text") upload.paste.typed();
  });

  // ---- drag and drop

  const carriesFiles = (event) => Boolean(box()) && Boolean(event.dataTransfer) && [...event.dataTransfer.types].includes("Files");
  const isOver = (event) => box().contains(event.target);
  const highlight = (on) => box() && box().classList.toggle("is-dragging", on);

  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault(); // also beside the box: else the browser would leave the page and show the file
    event.dataTransfer.dropEffect = isOver(event) ? "copy" : "none";
    highlight(isOver(event));
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) highlight(false);
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    highlight(false);
    if (!isOver(event)) return;
    const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
    const dropped = items.map((item) => {
      const entry = item.webkitGetAsEntry && item.webkitGetAsEntry();
      return { file: item.getAsFile(), folder: Boolean(entry && entry.isDirectory) };
    });
    addAll(dropped.filter(({ file }) => file));
  });

  Object.assign(upload, { files: { add, chooseFor, picker } });
})();
