/* One file on its way: start or resume, parts in parallel, retries, pause, completion, submit. Draws nothing. */
(() => {
  "use strict";
  const upload = (window.gasUpload = window.gasUpload || {});

  const ATTEMPTS = 6; // of one part or request, with growing pauses: about half a minute in all
  const ROUNDS = 3; // how often the store is asked which parts it lacks before we give up
  const RENEWALS = 3; // of one part's address
  const SIGN_AHEAD = 12; // addresses asked for at once
  const EXPIRY_MARGIN_MS = 30000;
  const OFFLINE_RETRY_MS = 10000;
  const INSPECTION_MS = 4000; // so long the look at the file's first bytes is waited for when all of it has arrived
  const SMOOTHING_S = 4; // the speed shown is a moving average over about this time

  const MOVING = new Set(["starting", "uploading", "offline", "finishing", "submitting"]);

  class Transfer {
    /** `file` is missing for an upload that an earlier page began; `record` is what the server knows of it. */
    constructor({ file = null, record = null, bundleId = null, partsAtOnce = 3, onChange }) {
      Object.assign(this, { file, record, partsAtOnce, onChange });
      this.token = crypto.getRandomValues(new Uint32Array(4)).reduce((text, n) => text + n.toString(16).padStart(8, "0"), "");
      this.name = file ? file.name : record.file_name;
      this.size = file ? file.size : record.size;
      this.here = new Set(); // parts that the store has
      this.moving = new Map(); // part number → bytes on their way
      this.arrivedBefore = record ? record.arrived || 0 : 0;
      this.addresses = new Map();
      this.speed = null;
      this.message = "";
      this.job = null;
      this.seen = null; // what the server found in the file's first bytes
      this.choices = { bundleId, engine: null, sourceIds: null }; // null: automatic, the usual one, all
      this.looking = false; // the options are open
      this.askFirst = false; // the owner wants to see the options of each file
      this.confirmed = false; // the owner pressed "Annotate"
      this.state = "waiting";
    }

    get isMoving() {
      return MOVING.has(this.state);
    }

    /** Bytes that have arrived or are on their way. */
    get sent() {
      if (!this.here.size && !this.moving.size) return this.state === "done" ? this.size : this.arrivedBefore;
      let total = 0;
      for (const number of this.here) total += this.partLength(number);
      for (const bytes of this.moving.values()) total += bytes;
      return Math.min(total, this.size);
    }

    partLength(number) {
      const { part_size: length } = this.record;
      return Math.min(length, this.size - (number - 1) * length);
    }

    set(state, message = "") {
      this.state = state;
      this.message = message;
      this.onChange(this);
    }

    /** Called about twice a second while bytes move. */
    measure(now) {
      const sent = this.sent;
      if (this.measured && now > this.measured.at) {
        const seconds = (now - this.measured.at) / 1000;
        const rate = Math.max(0, sent - this.measured.sent) / seconds;
        const weight = 1 - Math.exp(-seconds / SMOOTHING_S);
        this.speed = this.speed === null ? rate : this.speed + weight * (rate - this.speed);
      }
      this.measured = { at: now, sent };
    }

    get secondsLeft() {
      return this.speed ? (this.size - this.sent) / this.speed : null;
    }

    /** From wherever it stands to the job. Never rejects: how it ended is in `state`. */
    run() {
      this.state = "starting";
      // A run that was just paused still has to let go of its lock.
      this.running = (this.running || Promise.resolve()).then(() => this.runNow());
      return this.running;
    }

    async runNow() {
      if (this.state !== "starting") return;
      const control = new AbortController();
      this.control = control;
      this.speed = this.measured = null;
      try {
        this.set("starting");
        if (this.file && !this.inspection) this.inspection = upload.inspect(this);
        await this.open(control.signal);
        if (this.unfit) return this.refuse(this.unfit);
        await upload.alone(this.record.upload_id, () => this.sendAndSubmit(control.signal), () => this.set("elsewhere"));
      } catch (error) {
        if (!control.signal.aborted) this.fail(error);
      } finally {
        if (this.control === control) this.moving.clear();
      }
    }

    async open(signal) {
      if (this.record) return;
      const wish = { file_name: this.name, size: this.size, token: this.token };
      if (this.choices.bundleId) wish.bundle_id = this.choices.bundleId;
      this.record = await this.insist(() => upload.call("POST", "/api/uploads", wish, signal), signal);
      upload.memory.keep(this.record.upload_id, this.file);
    }

    async sendAndSubmit(signal) {
      const address = `/api/uploads/${this.record.upload_id}`;
      for (let round = 1; ; round += 1) {
        const known = await this.insist(() => upload.call("POST", `${address}/resume`, undefined, signal), signal);
        this.record = known;
        this.here = new Set(known.parts_here);
        this.arrivedBefore = 0;
        this.addresses.clear();
        if (known.state !== "OPEN") break;
        this.set("uploading");
        try {
          await this.sendMissing(signal);
          this.set("finishing");
          await this.insist(() => upload.call("POST", `${address}/complete`, undefined, signal), signal);
          break;
        } catch (error) {
          const lost = error.code === "parts_missing" || error.code === "upload_lost" || error.status === 404;
          if (signal.aborted || !lost || round === ROUNDS) throw error;
        }
      }
      await Promise.race([this.inspection, pause(INSPECTION_MS, signal)]);
      if (signal.aborted) return;
      if (!this.holds) return this.submit(signal);
      this.looking = true;
      return this.set("choosing");
    }

    /** The sentence for which the server would refuse the present choice; "" if there is none. */
    get refusal() {
      if (!this.seen) return "";
      return this.choices.bundleId ? this.seen.refusals[this.choices.bundleId] || "" : this.seen.problem;
    }

    /** The reference that the present choice means. */
    get bundleId() {
      return this.choices.bundleId || (this.seen && this.seen.automatic ? this.seen.automatic.bundle_id : null);
    }

    /** True while the owner is choosing, or has to. */
    get holds() {
      return Boolean(this.refusal) || (!this.confirmed && (this.looking || this.askFirst));
    }

    /** Something else was chosen: what was said of the choice before is over. */
    choose() {
      if (this.state === "choosing") this.message = "";
      this.onChange(this);
    }

    /** What the job is to be made with. Nothing is said of it where nothing was chosen here. */
    get wish() {
      if (!this.seen) return {};
      const { bundleId, engine, sourceIds } = this.choices;
      // Whoever chooses among the sources or the engines of a reference has chosen that reference.
      const bundle = engine || (sourceIds && sourceIds.length) ? this.bundleId : bundleId;
      return { bundle_id: bundle, engine, source_ids: sourceIds };
    }

    /** The first bytes show that the file is no VCF: nothing more of it is sent, and nothing of it stays. */
    refuse(sentence) {
      if ((!this.isMoving && this.state !== "paused") || this.state === "submitting") return;
      this.unfit = sentence;
      if (!this.record) return; // asked for a moment ago: `runNow` goes on when it is there
      this.stop();
      this.set("refused", sentence);
      this.cancel().catch(() => {}); // what could not be removed is removed when the upload's time is over
    }

    async submit(signal) {
      this.set("submitting");
      const wish = { upload_id: this.record.upload_id, ...this.wish };
      try {
        this.job = await this.insist(() => upload.call("POST", "/api/jobs", wish, signal), signal);
      } catch (error) {
        if (signal.aborted || error.status !== 422 || !this.seen) throw error;
        // The choice is refused (an engine or a source is gone): the sentence stands over the options, to choose again.
        this.confirmed = false;
        this.looking = true;
        return this.set("choosing", error.message);
      }
      upload.memory.forget(this.record.upload_id);
      this.set("done");
    }

    async sendMissing(outer) {
      const missing = [];
      for (let n = 1; n <= this.record.part_count; n += 1) if (!this.here.has(n)) missing.push(n);
      const control = new AbortController();
      const stop = () => control.abort();
      outer.addEventListener("abort", stop);
      const sender = async () => {
        for (let n = missing.shift(); n !== undefined; n = missing.shift()) await this.sendPart(n, missing, control.signal);
      };
      try {
        await Promise.all(Array.from({ length: Math.min(this.partsAtOnce, missing.length) }, sender));
      } finally {
        control.abort();
        outer.removeEventListener("abort", stop);
      }
    }

    async sendPart(number, next, signal) {
      let renewals = 0;
      const start = (number - 1) * this.record.part_size;
      const once = async () => {
        for (;;) {
          const url = await this.addressOf(number, next, signal);
          try {
            const part = this.file.slice(start, start + this.partLength(number));
            return await upload.putPart(url, part, signal, (bytes) => this.moving.set(number, bytes));
          } catch (error) {
            this.moving.delete(number);
            this.addresses.delete(number);
            // 403: the address has expired. A new one is asked for, and if that does not help it is an error.
            if (error.status !== 403 || renewals === RENEWALS || signal.aborted) throw error;
            renewals += 1;
          }
        }
      };
      await this.insist(once, signal);
      this.moving.delete(number);
      this.here.add(number);
    }

    /** A fresh presigned address for a part; those of the next parts are fetched along with it. */
    addressOf(number, next, signal) {
      const fetchThem = async () => {
        const known = this.addresses.get(number);
        if (known && known.until > performance.now()) return known.url;
        const numbers = [number, ...next.filter((n) => n !== number && !this.addresses.has(n)).slice(0, SIGN_AHEAD - 1)];
        const answer = await upload.call("POST", `/api/uploads/${this.record.upload_id}/parts`, { numbers }, signal);
        const until = performance.now() + Math.max(answer.expires_in * 1000 - EXPIRY_MARGIN_MS, answer.expires_in * 500);
        for (const part of answer.parts) this.addresses.set(part.number, { url: part.url, until });
        return this.addresses.get(number).url;
      };
      this.signing = (this.signing || Promise.resolve()).then(fetchThem, fetchThem);
      return this.signing;
    }

    /** Do it, and again after a pause while the failure may pass; waits as long as the browser is offline. */
    async insist(action, signal) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await action();
        } catch (error) {
          if (signal.aborted || !error.passing) throw error;
          if (this.file && !(await readable(this.file))) {
            throw new upload.ApiError(0, "file_changed", "The file was changed or moved while it was being sent. Choose it again.");
          }
          if (!navigator.onLine) {
            await this.whileOffline(signal);
            attempt = 0;
          } else if (attempt === ATTEMPTS) throw error;
          else {
            this.message = "The connection is unsteady; trying again.";
            this.onChange(this);
            await pause(Math.min(1000 * 2 ** (attempt - 1), 15000) * (0.75 + Math.random() / 2), signal);
            this.message = "";
          }
        }
      }
    }

    /** Wait for the connection. A computer without any network still reaches itself, so it is tried now and then. */
    async whileOffline(signal) {
      const before = this.state === "offline" ? "uploading" : this.state;
      this.set("offline");
      const control = new AbortController();
      window.addEventListener("online", () => control.abort(), { once: true, signal: control.signal });
      signal.addEventListener("abort", () => control.abort(), { once: true, signal: control.signal });
      await pause(OFFLINE_RETRY_MS, control.signal).catch(() => {});
      control.abort();
      if (signal.aborted) throw new DOMException("stopped", "AbortError");
      this.set(before);
    }

    stop() {
      if (this.control) this.control.abort();
      this.moving.clear();
    }

    /** Parts that were half-way are sent again later, so what is shown falls back to what has arrived. */
    pause() {
      this.stop();
      this.set("paused");
    }

    fail(error) {
      this.stop();
      if (error.status === 404) {
        // The upload is gone (removed in another tab, or too old): with the file at hand it can start anew.
        this.record = null;
        this.here.clear();
        this.arrivedBefore = 0;
      }
      const known = error instanceof upload.ApiError;
      this.set("failed", known ? error.message : "The upload stopped unexpectedly. Try again.");
      if (!known) console.error(error);
    }

    /** Remove it here and on the server. Resolves when nothing of it is left. */
    async cancel() {
      this.stop();
      if (this.record) {
        await upload.call("DELETE", `/api/uploads/${this.record.upload_id}`).catch((error) => {
          if (error.status !== 404) throw error;
        });
        upload.memory.forget(this.record.upload_id);
      }
    }
  }

  const pause = (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, milliseconds);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(new DOMException("stopped", "AbortError"));
      }, { once: true });
    });

  const readable = (file) =>
    file.slice(0, 1).arrayBuffer().then(() => true, () => false);

  Object.assign(upload, { Transfer });
})();
