/** A `/` after one of these begins a regular expression, after anything else it divides. */
const BEFORE_REGEX = /(?:^|[([{,;=:!&|?+\-*%~^<>]|\b(?:return|typeof|case|in|of|do|else|await|yield))\s*$/;

/**
 * Blanks what is not code, keeping every line break and column, so that positions stay true.
 * `text`: comments blanked. `code`: the contents of strings and regular expressions blanked too; `${…}` stays code.
 */
export function scanSource(source) {
  const text = [...source];
  const code = [...source];
  const blank = (target, from, to) => {
    for (let at = from; at < to && at < target.length; at += 1) if (target[at] !== "\n") target[at] = " ";
  };
  // One entry per open template literal: how many braces are open inside its `${`; -1 = in its text.
  const templates = [];
  let at = 0;
  while (at < source.length) {
    const open = templates.at(-1);
    const end = open === -1 ? templateStep(source, at, templates) : codeStep(source, at, templates);
    if (end.comment) blank(text, at, end.to);
    if (end.comment || end.literal) blank(code, at, end.to);
    at = end.to;
  }
  return { text: text.join(""), code: code.join("") };
}

function templateStep(source, at, templates) {
  if (source[at] === "`") {
    templates.pop();
    return { to: at + 1 };
  }
  if (source.startsWith("${", at)) {
    templates[templates.length - 1] = 0;
    return { to: at + 2 };
  }
  return { to: at + (source[at] === "\\" ? 2 : 1), literal: true };
}

function codeStep(source, at, templates) {
  const character = source[at];
  if (source.startsWith("//", at)) return { to: endOf(source, "\n", at), comment: true };
  if (source.startsWith("/*", at)) return { to: endOf(source, "*/", at + 2) + 2, comment: true };
  if (character === '"' || character === "'") return { to: endOfQuoted(source, at, character), literal: true };
  if (character === "`") {
    templates.push(-1);
    return { to: at + 1 };
  }
  if (character === "/" && BEFORE_REGEX.test(source.slice(Math.max(0, at - 40), at))) {
    return { to: endOfRegex(source, at), literal: true };
  }
  const depth = templates.length - 1;
  if (depth >= 0 && character === "{") templates[depth] += 1;
  if (depth >= 0 && character === "}") templates[depth] -= 1;
  return { to: at + 1 };
}

function endOf(source, mark, from) {
  const found = source.indexOf(mark, from);
  return found === -1 ? source.length : found;
}

/** A string ends at its quote, and at the latest at the end of its line. */
function endOfQuoted(source, from, quote) {
  for (let at = from + 1; at < source.length; at += 1) {
    if (source[at] === "\\") at += 1;
    else if (source[at] === quote) return at + 1;
    else if (source[at] === "\n") return at;
  }
  return source.length;
}

function endOfRegex(source, from) {
  let inClass = false;
  for (let at = from + 1; at < source.length; at += 1) {
    const character = source[at];
    if (character === "\n") return at;
    if (character === "\\") at += 1;
    else if (character === "[") inClass = true;
    else if (character === "]") inClass = false;
    else if (character === "/" && !inClass) return at + 1;
  }
  return source.length;
}

const IMPORTS = [
  // import x from "y", import type { x } from "y", export * from "y"
  /\b(?:import|export)\b[^;"'`()]*?\bfrom\s*(["'])([^"'\n]+)\1/g,
  // import "y"
  /\bimport\s*(["'])([^"'\n]+)\1/g,
  // import("y"), typeof import("y"), require("y"), import.meta.resolve("y")
  /\b(?:import|require|import\.meta\.resolve)\s*\(\s*(["'`])([^"'`\n]+)\1/g,
];

/** Every module a source names: `{specifier, line, typeOnly}`; of type-only imports nothing is left in the code that runs. */
export function importsOf(source) {
  const { text, code } = scanSource(source);
  const found = [];
  for (const pattern of IMPORTS) {
    for (const match of text.matchAll(pattern)) {
      // The keyword itself must be code: an import inside a string is only text.
      if (code[match.index] === " ") continue;
      const at = match.index + match[0].lastIndexOf(match[2]);
      found.push({
        specifier: match[2],
        line: lineAt(source, at),
        typeOnly: /^(?:import|export)\s+type\b/.test(match[0]),
      });
    }
  }
  return found.sort((a, b) => a.line - b.line);
}

/** The package that each string of a source could name: `"@scope/name/…"` and `"name/…"` outside comments. */
export function namesIn(source) {
  const { text } = scanSource(source);
  return [...text.matchAll(/["'`]((?:@[\w.-]+\/)?[\w.-]+)/g)].map((match) => match[1]);
}

export function lineAt(source, at) {
  return source.slice(0, at).split("\n").length;
}
