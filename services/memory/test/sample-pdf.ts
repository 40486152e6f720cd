import { deflateSync } from "node:zlib";

/** A small PDF with one line of text on each page. */
export function pdfOf(lines: readonly string[]): Buffer {
  return pdfWith(lines.map((line) => plainStream(`BT /F1 12 Tf 72 720 Td (${line.replace(/[()\\]/g, "\\$&")}) Tj ET`)));
}

/** One page whose content inflates to `bytes`, from a few dozen kilobytes. `more`: further entries of its stream's dictionary. */
export function inflatingPdf(bytes: number, more = ""): Buffer {
  const line = "BT /F1 12 Tf 72 720 Td (All work and no play) Tj ET\n";
  const packed = deflateSync(line.repeat(Math.ceil(bytes / line.length)), { level: 9 }).toString("latin1");
  return pdfWith([`<< /Length ${packed.length} /Filter /FlateDecode ${more} >>\nstream\n${packed}\nendstream`]);
}

const plainStream = (content: string): string => `<< /Length ${content.length} >>\nstream\n${content}\nendstream`;

/** A PDF with one page for each of these streams. */
function pdfWith(streams: readonly string[]): Buffer {
  const pages = streams.map((_, index) => 4 + index * 2);
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Kids [${pages.map((id) => `${id} 0 R`).join(" ")}] /Count ${streams.length} >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ...streams.flatMap((stream, index) => {
      const resources = "/MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >>";
      return [`<< /Type /Page /Parent 2 0 R ${resources} /Contents ${5 + index * 2} 0 R >>`, stream];
    }),
  ];
  let text = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const at = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const rows = offsets.map((at) => `${String(at).padStart(10, "0")} 00000 n \n`).join("");
  const count = objects.length + 1;
  text += `xref\n0 ${count}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`;
  return Buffer.from(text, "latin1");
}
