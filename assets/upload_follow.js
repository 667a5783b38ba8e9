/* What became of a file that was handed over: as long as its row is there, it says how its job stands. */
(() => {
  "use strict";
  const upload = (window.gasUpload = window.gasUpload || {});

  const LOOK_MS = 1000;
  const OVER = new Set(["COMPLETED", "FAILED", "CANCELLED"]);

  const counted = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;

  const finishedText = ({ read, annotated }) => {
    if (!read) return "Finished. The file holds no records.";
    if (!annotated) return "Finished, but nothing could be annotated. The job says why.";
    return annotated === read ? `Annotated: ${counted(read, "record")}` : `Annotated: ${annotated.toLocaleString("en")} of ${counted(read, "record")}`;
  };

  const TEXTS = {
    PENDING: () => "Handed over for annotation",
    RUNNING: () => "Being annotated",
    COMPLETED: (job) => finishedText(job.counts || {}),
    FAILED: () => "Could not be annotated. The job says why.",
    CANCELLED: () => "Cancelled",
  };

  /** One line on how the job of a transfer stands. */
  const jobText = (transfer) => (TEXTS[transfer.job.job_status] || TEXTS.PENDING)(transfer.job);

  /** Look at the job until it is over, while `isShown()`; `onNews` is called after every change. Never rejects. */
  const follow = async (transfer, isShown, onNews) => {
    while (!OVER.has(transfer.job.job_status)) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      if (!isShown()) return;
      try {
        transfer.job = await upload.call("GET", `/api/jobs/${encodeURIComponent(transfer.job.job_id)}`);
      } catch {
        return; // deleted, or out of reach: the table of jobs says so
      }
      onNews();
    }
    upload.queue.announce(`${transfer.name}: ${jobText(transfer)}`);
  };

  Object.assign(upload, { jobText, follow });
})();
