/* The paste box: shows while one types which lines cannot be read; the server does the reading. */
(() => {
  "use strict";
  const upload = (window.gasUpload = window.gasUpload || {});

  const TYPING_PAUSE_MS = 350;
  const byId = (id) => document.getElementById(id);
  let asked = 0;
  let timer;

  const variants = (count) => (count === 1 ? "1 variant" : `${count.toLocaleString("en")} variants`);

  const show = (lines, kind) => {
    const status = byId("upload-paste-status");
    if (!status) return;
    status.dataset.kind = kind;
    status.replaceChildren(
      ...lines.map((line) => {
        const paragraph = document.createElement("p");
        paragraph.textContent = line;
        return paragraph;
      }),
    );
  };

  const showAnswer = ({ count, problems, problem_count: all }) => {
    if (all) {
      const lines = problems.map(({ line, message }) => `Line ${line}: ${message}`);
      if (all > problems.length) lines.push(`… and ${(all - problems.length).toLocaleString("en")} more lines.`);
      return show(lines, "problem");
    }
    return count ? show([`${variants(count)} can be read.`], "good") : show([], "");
  };

  /** The server's reading of the box's text, shown below it; null if it failed or newer text was typed meanwhile. */
  const check = async () => {
    const text = byId("upload-paste-text").value;
    asked += 1;
    const turn = asked;
    if (!text.trim()) {
      show([], "");
      return { count: 0, vcf: "", problem_count: 0, problems: [] };
    }
    try {
      const answer = await upload.call("POST", "/api/paste", { text });
      if (turn !== asked) return null;
      showAnswer(answer);
      return answer;
    } catch (error) {
      if (turn === asked) show([error.message], "problem");
      return null;
    }
  };

  const typed = () => {
    clearTimeout(timer);
    timer = setTimeout(() => byId("upload-paste-text") && check(), TYPING_PAUSE_MS);
  };

  const open = (wanted) => {
    byId("upload-paste").hidden = !wanted;
    byId("upload-paste-open").setAttribute("aria-expanded", String(wanted));
    byId(wanted ? "upload-paste-text" : "upload-paste-open").focus();
  };

  /** The pasted variants as a file, or null with the reason shown. */
  const toFile = async () => {
    clearTimeout(timer);
    const answer = await check();
    const box = byId("upload-paste-text");
    if (!answer || answer.problem_count) {
      box.focus();
      return null;
    }
    if (!answer.count) {
      show(["There is no variant in the box yet."], "problem");
      box.focus();
      return null;
    }
    box.value = "";
    show([], "");
    return new File([answer.vcf], `pasted-${variants(answer.count).replace(/[ ,]/g, "-")}.vcf`);
  };

  Object.assign(upload, { paste: { typed, open, toFile } });
})();
