/* What a browser remembers of its uploads from one page to the next, and which tab is sending which. */
(() => {
  "use strict";
  const upload = (window.gasUpload = window.gasUpload || {});

  /** Which files this browser was sending, so that after a reload the same file is recognised. */
  const KEY = "gas-uploads";
  const KEPT = 100;
  const memory = {
    read() {
      try {
        return JSON.parse(localStorage.getItem(KEY)) || {};
      } catch {
        return {};
      }
    },
    write(all) {
      try {
        localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(Object.entries(all).slice(-KEPT))));
      } catch {
        /* Without storage the user chooses the file through its own row. */
      }
    },
    keep(id, file) {
      this.write({ ...this.read(), [id]: { name: file.name, size: file.size, changed: file.lastModified } });
    },
    forget(id) {
      const { [id]: _, ...others } = this.read();
      this.write(others);
    },
    of(id) {
      return this.read()[id];
    },
  };

  /** Whether the owner wants to see the options of each file before it is annotated. */
  const ASK_KEY = "gas-ask-options";
  let asks = null;
  Object.defineProperty(memory, "asksFirst", {
    get() {
      if (asks === null) {
        try {
          asks = localStorage.getItem(ASK_KEY) === "yes";
        } catch {
          asks = false;
        }
      }
      return asks;
    },
    set(wanted) {
      asks = wanted;
      try {
        localStorage.setItem(ASK_KEY, wanted ? "yes" : "no");
      } catch {
        /* It holds as long as this page. */
      }
    },
  });

  const lockName = (id) => `gas-upload-${id}`;

  /** Run `work` unless another tab is sending the same upload; then `busy` runs. */
  const alone = (id, work, busy) => {
    if (!navigator.locks) return work();
    return navigator.locks.request(lockName(id), { ifAvailable: true }, (lock) => (lock ? work() : busy()));
  };

  /** True while another tab sends this upload; `whenFree` is called when it has stopped. */
  const elsewhere = async (id, whenFree) => {
    if (!navigator.locks) return false;
    const { held } = await navigator.locks.query();
    if (!held.some((lock) => lock.name === lockName(id))) return false;
    navigator.locks.request(lockName(id), () => {}).then(whenFree);
    return true;
  };

  Object.assign(upload, { memory, alone, elsewhere });
})();
