/** A piece of a document that is found and shown as a unit. */
export interface Chunk {
  /** Headings above it, outermost first, joined by ` > `. */
  heading: string;
  text: string;
}

interface ChunkSize {
  /** Maximum characters of a chunk, without the overlap. */
  most: number;
  /** Characters repeated from the previous chunk of the same section. */
  overlap: number;
}

const HEADING = /^ {0,3}(#{1,6})\s+(.+?)\s*#*\s*$/;
const FENCE = /^ {0,3}(```+|~~~+)/;
/** The end of a sentence in scripts with and without spaces. */
const SENTENCE_END = /[.!?…]["'”’)\]]*\s+|[。！？｡।؟۔]\s*|\n+/gu;
const MAX_HEADING = 200;
/** A longer line is not a heading; on a line of megabytes the pattern for headings would take minutes. */
const MAX_HEADING_LINE = 1_000;

interface Section {
  heading: string;
  paragraphs: string[];
}

/**
 * Splits text along its structure: never across a heading, at paragraphs where possible, at sentences or words where a paragraph is
 * too long. Reads markdown headings and fences; plain text is one section. Pure and deterministic.
 */
export function chunkText(text: string, size: ChunkSize): Chunk[] {
  return sectionsOf(text).flatMap(({ heading, paragraphs }) =>
    pack(paragraphs, size).map((part) => ({ heading, text: part })),
  );
}

function sectionsOf(text: string): Section[] {
  const sections: Section[] = [];
  const path: { level: number; title: string }[] = [];
  let section: Section = { heading: "", paragraphs: [] };
  let lines: string[] = [];
  let fence: string | null = null;
  const endParagraph = (): void => {
    const paragraph = lines.join("\n").trim();
    if (paragraph !== "") section.paragraphs.push(paragraph);
    lines = [];
  };
  for (const line of text.split(/\r\n|\r|\n/)) {
    const mark = FENCE.exec(line)?.[1];
    if (mark !== undefined && (fence === null || line.trim().startsWith(fence))) fence = fence === null ? mark : null;
    const canBeHeading = fence === null && line.length <= MAX_HEADING_LINE;
    const [, marks, title] = canBeHeading ? (HEADING.exec(line) ?? []) : [];
    if (marks !== undefined && title !== undefined) {
      endParagraph();
      sections.push(section);
      while ((path.at(-1)?.level ?? 0) >= marks.length) path.pop();
      path.push({ level: marks.length, title });
      section = { heading: headingOf(path), paragraphs: [] };
    } else if (fence === null && line.trim() === "") endParagraph();
    else lines.push(line);
  }
  endParagraph();
  sections.push(section);
  return sections.filter(({ paragraphs }) => paragraphs.length > 0);
}

const headingOf = (path: readonly { title: string }[]): string =>
  [...path.map(({ title }) => title).join(" > ")].slice(0, MAX_HEADING).join("");

/** Joins paragraphs into chunks as long as they fit. */
function pack(paragraphs: readonly string[], size: ChunkSize): string[] {
  const chunks: string[] = [];
  let held = "";
  for (const piece of paragraphs.flatMap((paragraph) => split(paragraph, size.most))) {
    const joined = held === "" ? piece : `${held}\n\n${piece}`;
    if (joined.length <= size.most) held = joined;
    else {
      chunks.push(held);
      held = piece;
    }
  }
  if (held !== "") chunks.push(held);
  return chunks.map((chunk, index) => {
    const tail = index === 0 ? "" : tailOf(chunks[index - 1] ?? "", size.overlap);
    return tail === "" ? chunk : `${tail}\n${chunk}`;
  });
}

/** Pieces of at most `most` characters: whole sentences, else whole words, else whatever fits. */
function split(paragraph: string, most: number): string[] {
  if (paragraph.length <= most) return [paragraph];
  const pieces: string[] = [];
  let rest = paragraph;
  while (rest.length > most) {
    const at = cutAt(rest, most);
    pieces.push(rest.slice(0, at).trim());
    rest = rest.slice(at).trimStart();
  }
  return [...pieces, rest].filter((piece) => piece !== "");
}

function cutAt(text: string, most: number): number {
  const head = text.slice(0, most);
  // A sentence end that would leave a very short piece is no better than a word end.
  const sentence = [...head.matchAll(SENTENCE_END)].map((match) => match.index + match[0].length).at(-1) ?? 0;
  if (sentence > most / 3) return sentence;
  const word = head.search(/\s\S*$/);
  if (word > most / 3) return word;
  return most - (isHighSurrogate(text, most - 1) ? 1 : 0);
}

/** The last words of a chunk, from the start of a sentence if one starts there. */
function tailOf(chunk: string, overlap: number): string {
  if (overlap === 0 || chunk.length <= overlap) return "";
  const from = chunk.length - overlap;
  const tail = chunk.slice(isHighSurrogate(chunk, from - 1) ? from + 1 : from);
  const [sentence] = tail.matchAll(SENTENCE_END);
  const begin = sentence === undefined ? tail.search(/\s/) + 1 : sentence.index + sentence[0].length;
  const words = tail.slice(begin).trim();
  return words === "" ? tail.trim() : words;
}

function isHighSurrogate(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 0xd800 && code <= 0xdbff;
}
