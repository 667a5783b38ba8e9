/* Draws one upload as a row: name, bar, what is happening, and the buttons that its state allows. */
(() => {
  "use strict";
  const upload = (window.gasUpload = window.gasUpload || {});

  const element = (tag, className, text = "") => {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text; // names are text, whatever they hold (C09)
    return made;
  };

  const BUTTONS = {
    pause: "Pause",
    resume: "Resume",
    retry: "Try again",
    choose: "Choose file",
    options: "Options",
    submit: "Annotate",
    cancel: "Cancel",
    remove: "Remove",
    hide: "Hide",
  };

  const SHOWN = {
    waiting: ["cancel"],
    starting: ["cancel"],
    uploading: ["options", "pause", "cancel"],
    offline: ["options", "cancel"],
    paused: ["options", "resume", "cancel"],
    finishing: ["options"],
    choosing: ["options", "submit", "remove"],
    submitting: [],
    failed: ["retry", "remove"],
    resumable: ["choose", "remove"],
    unsent: ["submit", "remove"],
    elsewhere: [],
    refused: ["hide"],
    done: ["hide"],
  };

  const percent = (transfer) => (transfer.state === "done" ? 100 : Math.floor((100 * transfer.sent) / transfer.size) || 0);

  const movingText = (transfer) => {
    const parts = [`${upload.bytesText(transfer.sent, transfer.size)} of ${upload.bytesText(transfer.size)}`];
    if (transfer.speed) parts.push(`${upload.bytesText(transfer.speed)}/s`);
    if (transfer.secondsLeft !== null && transfer.speed > 0) parts.push(upload.timeLeftText(transfer.secondsLeft));
    return parts.join(" · ");
  };

  const chooseAgain = (done) =>
    done ? `Choose this file again to resume; ${done} % is already here.` : "Choose this file again to send it.";

  const TEXTS = {
    waiting: () => "Waiting for the files before it",
    starting: () => "Starting",
    uploading: movingText,
    offline: (t) => `You are offline. The upload goes on by itself from ${percent(t)} % when the connection is back.`,
    paused: (t) => `Paused at ${percent(t)} %`,
    finishing: () => "Putting the file together",
    submitting: () => "Handing over for annotation",
    failed: (t) => t.message,
    resumable: (t) => t.message || chooseAgain(percent(t)),
    choosing: (t) =>
      t.message || (t.refusal ? "Uploaded, but not with this reference." : "Uploaded. Annotate it when its options are right."),
    unsent: (t) => t.message || "Uploaded, but not handed over for annotation yet.",
    elsewhere: () => "Being uploaded in another tab or window",
    refused: (t) => t.message,
    done: (t) => upload.jobText(t),
  };

  class Row {
    /** `act(name)` is called with the name of the button that was pressed. */
    constructor(transfer, act) {
      this.transfer = transfer;
      this.element = element("li", "gas-upload-row");
      this.bar = element("div", "gas-upload-fill");
      this.track = element("div", "gas-upload-track");
      this.track.append(this.bar);
      this.track.setAttribute("role", "progressbar");
      this.track.setAttribute("aria-label", `Upload of ${transfer.name}`);
      this.track.setAttribute("aria-valuemin", "0");
      this.track.setAttribute("aria-valuemax", "100");
      const name = element("span", "gas-upload-name", transfer.name);
      name.title = transfer.name;
      this.status = element("span", "gas-upload-status");
      this.link = element("a", "gas-upload-open", "Open the job");
      this.link.setAttribute("aria-label", `Open the job of ${transfer.name}`);
      this.link.addEventListener("click", upload.followLink);
      this.actions = element("span", "gas-upload-buttons");
      this.buttons = Object.entries(BUTTONS).map(([action, label]) => {
        const button = element("button", "btn btn-sm btn-outline-secondary", label);
        button.type = "button";
        button.dataset.action = action;
        button.setAttribute("aria-label", `${label}: ${transfer.name}`);
        button.addEventListener("click", () => act(action));
        return button;
      });
      this.actions.append(this.link, ...this.buttons);
      this.panel = new upload.OptionsPanel(transfer, () => transfer.choose());
      this.optionsButton = this.buttons.find((button) => button.dataset.action === "options");
      this.optionsButton.setAttribute("aria-controls", this.panel.element.id);
      this.submitButton = this.buttons.find((button) => button.dataset.action === "submit");
      this.submitButton.classList.replace("btn-outline-secondary", "btn-primary");
      this.facts = new upload.Facts();
      this.element.append(name, this.actions, this.track, this.status, this.facts.element, this.panel.element);
      this.draw();
    }

    /** Open or close the options; while they are open the file waits for its owner. */
    toggleOptions() {
      const { transfer } = this;
      transfer.looking = !transfer.looking;
      this.draw();
      if (transfer.looking) this.panel.focus();
    }

    draw() {
      const { transfer } = this;
      const shown = SHOWN[transfer.state];
      const hadFocus = this.element.contains(document.activeElement);
      this.element.dataset.state = transfer.state;
      this.element.toggleAttribute("data-declined", transfer.state === "choosing" && Boolean(transfer.message));
      if (transfer.job) this.element.dataset.job = transfer.job.job_status;
      const done = percent(transfer);
      this.bar.style.width = `${done}%`;
      this.track.setAttribute("aria-valuenow", String(done));
      this.track.hidden = ["refused", "unsent"].includes(transfer.state);
      this.facts.draw(transfer);
      const choosable = Boolean(transfer.seen) && shown.includes("options");
      const open = choosable && transfer.looking;
      this.panel.draw(open);
      this.optionsButton.setAttribute("aria-expanded", String(open));
      const unsteady = transfer.isMoving && transfer.message;
      const text = unsteady ? transfer.message : TEXTS[transfer.state](transfer);
      if (this.said !== text) this.status.replaceChildren(...upload.withCode(text));
      this.said = text;
      this.track.setAttribute("aria-valuetext", `${done} %. ${this.status.textContent}`);
      for (const button of this.buttons) button.hidden = !shown.includes(button.dataset.action);
      this.optionsButton.hidden = !choosable;
      this.submitButton.disabled = Boolean(transfer.refusal);
      this.link.hidden = !transfer.job;
      if (transfer.job) this.link.href = `/jobs/${encodeURIComponent(transfer.job.job_id)}`;
      // A button that vanishes under the keyboard's focus hands it to the next one of its row.
      if (hadFocus && (document.activeElement === document.body || document.activeElement.hidden)) {
        const next = transfer.job ? this.link : this.buttons.find((button) => !button.hidden);
        if (next) next.focus();
      }
    }
  }

  Object.assign(upload, { Row, percent });
})();
