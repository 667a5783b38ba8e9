/* Looks at a file before it is sent, and says at once what the server would refuse anyway. It never decides. */
(() => {
  "use strict";
  const upload = (window.gasUpload = window.gasUpload || {});

  const HEAD_BYTES = 65536;

  const starts = (bytes, text) => [...text].every((letter, at) => bytes[at] === letter.charCodeAt(0));

  /** Kinds of file that are no VCF, by their first bytes. */
  const KINDS = [
    ["PK\x03\x04", "a ZIP archive. Unpack it, then drop the VCF that is in it."],
    ["%PDF", "a PDF document. Drop the VCF itself."],
    ["CRAM", "a CRAM file of aligned reads. Call the variants first, then drop the VCF."],
    ["\x89PNG", "a picture. Drop the VCF itself."],
    ["\xd0\xcf\x11\xe0", "an office document. Save the variants as text, then drop that file."],
    ["Rar!", "a RAR archive. Unpack it, then drop the VCF that is in it."],
    ["7z\xbc\xaf", "a 7-Zip archive. Unpack it, then drop the VCF that is in it."],
  ];

  /** The first bytes of what a gzip file holds; empty where they cannot be known. */
  const unpackedHead = async (bytes) => {
    if (!window.DecompressionStream) return new Uint8Array();
    const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
    try {
      return (await reader.read()).value || new Uint8Array();
    } catch {
      return new Uint8Array(); // truncated or not gzip after all: the server says what is wrong
    } finally {
      reader.cancel().catch(() => {});
    }
  };

  /** A sentence about an obvious problem, or "" if there is none. */
  const problemOf = async (file, { maxBytes, plan }) => {
    if (file.size === 0) return "The file is empty. Choose a VCF with at least a header.";
    if (file.size > maxBytes) {
      const limit = `The file has ${upload.bytesText(file.size)}; the ${plan} plan takes up to ${upload.bytesText(maxBytes)}.`;
      return plan === "Premium" ? limit : `${limit} Compress the file with bgzip, or upgrade to Premium.`;
    }
    let head;
    try {
      head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
    } catch {
      return "The file cannot be read. If it is a folder, drop the files in it; otherwise choose it again.";
    }
    const kind = KINDS.find(([magic]) => starts(head, magic));
    if (kind) return `This is ${kind[1]}`;
    if (starts(head, "\x1f\x8b") && starts(await unpackedHead(head), "BAM\x01")) {
      return "This is a BAM file of aligned reads. Call the variants first, then drop the VCF.";
    }
    return "";
  };

  Object.assign(upload, { problemOf });
})();
