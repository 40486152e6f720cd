// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to remove.
const ESCAPES = /\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b\[[0-?]*[ -/]*[@-~]|\u001b[@-Z\\-_]/g;
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;
/** East Asian wide and full-width characters, and those drawn as emoji by default. */
const WIDE =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;
const WIDTHLESS = /^[\p{Mn}\p{Me}\u200b\u200d]$/u;
/** What a reader perceives as one character: letters with their accents, flags, family emoji. */
const CHARACTERS = new Intl.Segmenter("en", { granularity: "grapheme" });

/** External text made safe for a terminal: no escape sequence, no control character but the line break, no reversed text. */
export function safeText(text: string): string {
  return text
    .replace(ESCAPES, "")
    .replace(/\r\n?/g, "\n")
    .replaceAll("\t", "  ")
    .replace(UNSAFE, (character) => (character === "\n" ? "\n" : ""));
}

/** `safeText` on one line. */
export const safeLine = (text: string): string => safeText(text).replaceAll("\n", " ");

/** Columns that a terminal needs for the text. */
export function columnsOf(text: string): number {
  // Printable ASCII, the most frequent case.
  if (/^[ -~]*$/.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of CHARACTERS.segment(text)) columns += widthOf(segment);
  return columns;
}

function widthOf(character: string): number {
  if (WIDE.test(character) || character.includes("\ufe0f")) return 2;
  let width = 0;
  for (const point of character) width += WIDTHLESS.test(point) ? 0 : 1;
  return Math.min(width, 1);
}

/** Lines of at most `width` columns, broken between words where possible; empty lines and indents stay. */
export function wrapText(text: string, width: number): string[] {
  return text.split("\n").flatMap((line) => wrapLine(line.trimEnd(), Math.max(width, 8)));
}

function wrapLine(line: string, width: number): string[] {
  const lines: string[] = [];
  let current = "";
  // Each word with the blanks before it, so that an indent survives.
  for (const word of line.match(/\s*\S+/g) ?? []) {
    if (columnsOf(current + word) <= width) {
      current += word;
      continue;
    }
    if (current !== "") lines.push(current);
    current = current === "" ? word : word.trimStart();
    while (columnsOf(current) > width) {
      const piece = firstColumns(current, width);
      lines.push(piece);
      current = current.slice(piece.length);
    }
  }
  return [...lines, current];
}

function firstColumns(text: string, width: number): string {
  let piece = "";
  let columns = 0;
  for (const { segment } of CHARACTERS.segment(text)) {
    columns += widthOf(segment);
    if (piece !== "" && columns > width) break;
    piece += segment;
  }
  return piece;
}
