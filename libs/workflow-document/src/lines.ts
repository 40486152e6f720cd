/** Start of the line of an offset. */
export const lineStart = (text: string, offset: number): number => text.lastIndexOf("\n", offset - 1) + 1;

/** End of the line of an offset, before its break. */
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : text[end - 1] === "\r" && end > offset ? end - 1 : end;
}

/** Start of the line after that of an offset; the end of the text when there is none. */
export function nextLine(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end + 1;
}

export const columnOf = (text: string, offset: number): number => offset - lineStart(text, offset);

/** True when nothing but white space stands before an offset on its line. */
export const beginsLine = (text: string, offset: number): boolean =>
  text.slice(lineStart(text, offset), offset).trim() === "";

/** Where the comments begin that stand right above a line, in its column and without an empty line between. */
export function commentsAbove(text: string, start: number, column: number, floor: number): number {
  let at = start;
  while (at > floor) {
    const above = lineStart(text, at - 1);
    if (above < floor || !new RegExp(`^ {${column}}#`).test(text.slice(above, at))) break;
    at = above;
  }
  return at;
}

/** The white space that the first line that stands in begins with. */
export const indentUnit = (text: string): string => /\n([ \t]+)\S/.exec(text)?.[1] ?? "  ";
