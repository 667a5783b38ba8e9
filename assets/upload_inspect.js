/* Sends the first bytes of a file ahead, and shows what the server finds in them while the rest goes up. */
(() => {
  "use strict";
  const upload = (window.gasUpload = window.gasUpload || {});

  const SAYS_WHAT_IT_IS = 422; // "this is no VCF", with a sentence; every other failure leaves the file alone

  /** Look at the head of a transfer's file. Never rejects: what was seen is in `transfer.seen`. */
  const inspect = async (transfer) => {
    const { file } = transfer;
    const most = upload.queue.limits.inspectBytes;
    try {
      const head = file.slice(0, most);
      const whole = file.size <= most ? "?whole=yes" : "";
      transfer.seen = await upload.callWithBytes(`/api/uploads/inspect${whole}`, head);
    } catch (error) {
      if (error.status === SAYS_WHAT_IT_IS) transfer.refuse(error.message);
      return;
    }
    transfer.onChange(transfer);
    upload.queue.announce(`${transfer.name}: ${spoken(transfer)}`);
  };

  const spoken = (transfer) => [factsOf(transfer), alertOf(transfer)].filter(Boolean).join(". ");

  /** What a chosen reference that is not refused will leave out all the same, and what to choose instead. */
  const misfitOf = ({ seen, choices }) => {
    const fits = (bundleId) => seen.verdicts[bundleId] !== "does_not_fit";
    if (fits(choices.bundleId)) return "";
    const better = seen.automatic && fits(seen.automatic.bundle_id) ? ` Automatic takes “${seen.automatic.title}”.` : "";
    return `This reference does not fit the file: records that it does not hold will be carried through without annotation.${better}`;
  };

  /** Why the present choice is refused, or what it will not do; "" where all is well. */
  const alertOf = (transfer) => transfer.refusal || (transfer.choices.bundleId ? misfitOf(transfer) : transfer.seen.warning);

  const counted = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;

  /** The quiet line: what the file is, and what it will be annotated with. */
  const factsOf = (transfer) => {
    const { seen } = transfer;
    const bundle = seen.bundles.find((one) => one.bundle_id === transfer.bundleId);
    const facts = [
      seen.format,
      seen.samples === null ? "" : seen.samples ? counted(seen.samples, "sample") : "no samples",
      seen.build.title || "genome build not known",
      bundle && !alertOf(transfer) ? `annotated with ${bundle.title}${transfer.choices.bundleId ? "" : " (automatic)"}` : "",
    ];
    return facts.filter(Boolean).join(" · ");
  };

  const element = (tag, className, text = "") => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.textContent = text; // what stands in a file is text, whatever it holds (C09)
    return made;
  };

  /** Below the bar: the facts, the evidence behind a disclosure, and a warning or a refusal. */
  class Facts {
    constructor() {
      this.element = element("div", "gas-upload-facts");
      this.line = element("span", "gas-upload-seen");
      this.why = element("details", "gas-upload-why");
      this.list = element("ul", "");
      this.why.append(element("summary", "", "How we know"), this.list);
      this.alert = element("p", "gas-upload-alert");
      this.element.append(this.line, this.why, this.alert);
      this.element.hidden = true;
    }

    draw(transfer) {
      const { seen } = transfer;
      this.element.hidden = !seen || transfer.state === "refused";
      if (!seen) return;
      const line = factsOf(transfer);
      if (this.line.textContent !== line) this.line.textContent = line;
      const { evidence } = seen.build;
      this.why.hidden = !evidence.length;
      if (this.list.childElementCount !== evidence.length) {
        this.list.replaceChildren(...evidence.map((sentence) => element("li", "", sentence)));
      }
      const alert = alertOf(transfer);
      this.alert.hidden = !alert;
      this.alert.dataset.kind = transfer.refusal ? "refusal" : "warning";
      if (this.alert.textContent !== alert) this.alert.replaceChildren(...upload.withCode(alert));
    }
  }

  /** A sentence whose `commands` between backticks are set as code. */
  const withCode = (sentence) =>
    sentence.split("`").map((part, at) => (at % 2 ? element("code", "", part) : document.createTextNode(part)));

  Object.assign(upload, { inspect, Facts, withCode });
})();
