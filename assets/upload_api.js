/* Talks to our JSON routes and to the object store, and writes sizes and times for people. */
(() => {
  "use strict";
  const upload = (window.gasUpload = window.gasUpload || {});

  const STALLED_MS = 60000; // a part that moves no byte for this long is sent again

  /** An answer that is no success. `status` 0: there was no answer at all. */
  class ApiError extends Error {
    constructor(status, code, message, place) {
      super(message);
      this.status = status;
      this.code = code;
      this.place = place || []; // of the field that is at fault, where the answer tells it
    }

    /** True if the same request may succeed a little later. */
    get passing() {
      return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
    }
  }

  const cookie = (name) => {
    const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  };

  /** One request to our server; resolves with the parsed answer (null for an empty one). */
  const call = (method, path, body, signal) =>
    send(method, path, body === undefined ? {} : { type: "application/json", body: JSON.stringify(body) }, signal);

  /** The same with a piece of a file as the body, as it is. */
  const callWithBytes = (path, blob, signal) => send("POST", path, { type: "application/octet-stream", body: blob }, signal);

  const send = async (method, path, { type, body }, signal) => {
    const headers = { "X-CSRFToken": cookie("csrf_token"), Accept: "application/json" };
    if (type) headers["Content-Type"] = type;
    let response;
    try {
      response = await fetch(path, { method, headers, signal, body });
    } catch (error) {
      if (signal && signal.aborted) throw error;
      throw new ApiError(0, "no_connection", "The service cannot be reached. Check the connection, then try again.");
    }
    if (response.status === 204) return null;
    const answer = await response.json().catch(() => ({}));
    if (response.ok) return answer;
    const told = answer.error || {};
    throw new ApiError(response.status, told.code || "failed", told.message || `The service answered with an error (${response.status}).`, told.place);
  };

  /** Send one part to its presigned address. `onProgress` gets the bytes of this part that are on their way. */
  const putPart = (url, blob, signal, onProgress) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      let watchdog;
      const stop = () => request.abort();
      const watch = () => {
        clearTimeout(watchdog);
        watchdog = setTimeout(stop, STALLED_MS);
      };
      const end = (settle, value) => {
        clearTimeout(watchdog);
        signal.removeEventListener("abort", stop);
        settle(value);
      };
      const lost = () => end(reject, new ApiError(0, "no_connection", "The connection broke off while the file was being sent."));
      request.open("PUT", url);
      request.upload.onprogress = (event) => {
        watch();
        onProgress(event.loaded);
      };
      request.onload = () => {
        if (request.status >= 200 && request.status < 300) return end(resolve);
        return end(reject, new ApiError(request.status, "part_refused", `The file store refused a part of the file (${request.status}).`));
      };
      request.onerror = lost;
      request.onabort = lost;
      if (signal.aborted) return lost();
      signal.addEventListener("abort", stop);
      watch();
      return request.send(blob);
    });

  const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"];

  /** `1.4 MiB`. With `like`, in the unit that this other size would have. */
  const bytesText = (size, like = size) => {
    const unit = Math.min(UNITS.length - 1, like < 1024 ? 0 : Math.floor(Math.log2(like) / 10));
    const value = size / 1024 ** unit;
    return `${value.toLocaleString("en", { maximumFractionDigits: unit ? 1 : 0, minimumFractionDigits: unit ? 1 : 0 })} ${UNITS[unit]}`;
  };

  /** `about 2 min left`: rounded, so that it does not flicker. */
  const timeLeftText = (seconds) => {
    if (seconds < 5) return "a few seconds left";
    if (seconds < 60) return `about ${Math.ceil(seconds / 5) * 5} s left`;
    if (seconds < 3600) return `about ${Math.round(seconds / 60)} min left`;
    return `about ${(seconds / 3600).toFixed(1)} h left`;
  };

  Object.assign(upload, { ApiError, call, callWithBytes, putPart, bytesText, timeLeftText });
})();
