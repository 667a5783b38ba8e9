// The genome browser in the drawer of a variant (igv.js): one for the page, which goes along with the variant.
(() => {
  "use strict";
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const NO_ANSWER = "The server did not answer. Try again.";
  const NO_CONTIG = "The reference of this result has no such contig, so there is nothing to draw this variant on.";
  const GENES_UP_TO = 3000000; // bases in sight
  const VARIANTS_UP_TO = 200000;

  const part = (name) => document.querySelector(`#explore-drawer [data-browser=${name}]`);
  let browser = null;
  let library = null;
  let failure = null; // why a file was not read: igv.js goes on as if it were empty
  let place = null; // { locus, job }; no locus: a contig that the reference lacks

  function say(text) {
    const said = part("says");
    said.textContent = text;
    said.hidden = !text;
  }

  function loadLibrary() {
    library =
      library ||
      new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = "/assets/vendor/igv/igv.min.js?m=3.8.10";
        script.onload = () => resolve(window.igv);
        script.onerror = () => {
          library = null;
          reject(new Error("The genome browser could not be loaded. Try again."));
        };
        document.head.append(script);
      });
    return library;
  }

  async function asked(path) {
    const answer = await fetch(path, { headers: { Accept: "application/json" } });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.error ? told.error.message : NO_ANSWER);
    return told;
  }

  /** A file that igv.js reads as one on the reader's own machine, by slices. Of an address it would itself ask igv.org
   * for another one whenever reading fails. `address` gives the address; it is asked anew once one no longer works. */
  function remoteFile(name, address) {
    let known = null;
    async function read(headers) {
      for (const isLast of [false, true]) {
        known = known || (await address());
        const answer = await fetch(known, { headers }).catch(() => null); // null: no connection
        if (answer && answer.ok) return answer.arrayBuffer();
        known = null;
        if (isLast) throw new Error(`${name} cannot be read now. ${NO_ANSWER}`);
      }
    }
    const told = (headers) =>
      read(headers).catch((error) => {
        failure = error;
        throw error;
      });
    return {
      name,
      arrayBuffer: () => told({}),
      // Without an end (not a number) to the end of the file.
      slice: (start, end) => ({ arrayBuffer: () => told({ Range: `bytes=${start}-${end > start ? end - 1 : ""}` }) }),
    };
  }

  function tracks(job) {
    const path = `/api/jobs/${encodeURIComponent(job)}`;
    const presigned = (name, role) => remoteFile(name, async () => (await asked(`${path}/files/${role}?format=json`)).url);
    const readFeatures = async (contig, start, end) => {
      const stretch = new URLSearchParams({ contig, start: Math.max(0, Math.floor(start)), end: Math.ceil(end) });
      const found = await asked(`${path}/reference-genes?${stretch}`);
      return found.map((each) => ({ chr: contig, ...each }));
    };
    const all = { removable: false, searchable: false };
    return [
      { ...all, name: "Genes", type: "annotation", format: "refgene", reader: { readFeatures }, displayMode: "EXPANDED", height: 110, visibilityWindow: GENES_UP_TO, order: 1 },
      { ...all, name: "Variants", type: "variant", format: "vcf", url: presigned("The annotated VCF", "vcf"), indexURL: presigned("The index of the VCF", "index"), visibilityWindow: VARIANTS_UP_TO, autoHeight: true, minHeight: 50, maxHeight: 200, order: 2 },
    ];
  }

  // Nothing is looked up elsewhere. It stands in a drawer: no buttons but zoom, and on a phone no words beside the place.
  const LOOK = {
    loadDefaultGenomes: false,
    search: false,
    showChromosomeWidget: false,
    showSVGButton: false,
    showCenterGuideButton: false,
    showCursorTrackingGuideButton: false,
    showTrackLabelButton: false,
    showSampleNameButton: false,
  };
  const STYLE = `.igv-navbar-toggle-button-container { display: none !important; }
    @media (max-width: 640px) {
      :is(.igv-current-genome, .igv-windowsize-panel-container) { display: none !important; }
      .igv-navbar { padding-inline: 0.25rem; }
    }`;

  async function makeBrowser(holder, { job, locus }) {
    const config = await asked(`/api/jobs/${encodeURIComponent(job)}/browser`);
    const igv = await loadLibrary();
    const files = Object.fromEntries(Object.entries(config.files).map(([role, path]) => [role, remoteFile("The reference sequence", async () => path)]));
    const made = await igv.createBrowser(holder, {
      ...LOOK,
      reference: {
        id: config.id,
        name: config.title,
        fastaURL: files.sequence,
        indexURL: files.index,
        ...(files.blocks ? { compressedIndexURL: files.blocks } : {}),
        aliasURL: config.aliases,
        wholeGenomeView: false,
        tracks: [],
      },
      locus,
      tracks: [],
    });
    const style = new CSSStyleSheet();
    style.replaceSync(STYLE);
    holder.shadowRoot.adoptedStyleSheets.push(style);
    withoutBlat(made);
    return made;
  }

  // Its menu would send the sequence to another site.
  function withoutBlat(made) {
    for (const { track } of made.trackViews) {
      if (track.type !== "sequence") continue;
      const usual = track.contextMenuItemList.bind(track);
      track.contextMenuItemList = (state) => usual(state).filter(({ label }) => !String(label).startsWith("BLAT"));
    }
  }

  async function open(button) {
    if (browser || button.disabled || !place) return;
    if (!place.locus) return say(NO_CONTIG);
    button.disabled = true;
    failure = null;
    say("Loading the genome browser …");
    const opened = place;
    const holder = part("place");
    const box = holder.appendChild(document.createElement("div")); // igv.js never lets go of an element
    try {
      const made = await makeBrowser(box, opened);
      await made.loadTrackList(tracks(opened.job));
      browser = made;
      button.hidden = true;
      if (place !== opened) go();
      else say("");
    } catch (error) {
      box.remove();
      say((failure || error).message || String(error));
    } finally {
      button.disabled = false;
    }
  }

  function go() {
    const holder = part("place");
    holder.hidden = Boolean(browser) && !place.locus;
    say(browser && !place.locus ? NO_CONTIG : "");
    if (browser && place.locus) browser.search(place.locus);
  }

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("#explore-drawer [data-browser=open]");
    if (button) open(button);
  });

  clientside.gas = Object.assign(clientside.gas || {}, {
    browseTo: (locus, job) => {
      if (locus === null || locus === undefined) return;
      place = { locus, job };
      if (browser && !document.contains(browser.parent)) browser = null; // of a page that was left
      go();
    },
  });
})();
