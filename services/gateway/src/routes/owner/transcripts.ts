import type { Bus } from "@parley/bus";
import { getHistory, getSession, type HistoryMessage, type SessionAccess, type SessionView } from "@parley/contracts";
import { escapeHtml } from "../../escape-html.js";
import { csvLines } from "./csv.js";

export const TRANSCRIPT_FORMATS = ["json", "csv", "txt", "html"] as const;
export type TranscriptFormat = (typeof TRANSCRIPT_FORMATS)[number];

export interface Transcript {
  session: SessionView;
  messages: readonly HistoryMessage[];
}

/** A link allows at most 1,000 messages per session and a backend is not limited: beyond this the transcript is cut off. */
const MAX_MESSAGES = 10_000;
const PAGE = 200;

/** The newest messages of a session, oldest first; `truncated` = older ones are left out. */
export async function readTranscript(
  bus: Bus,
  access: SessionAccess,
): Promise<{ session: SessionView; messages: HistoryMessage[]; truncated: boolean }> {
  const { session } = await bus.call(getSession, { access });
  const messages: HistoryMessage[] = [];
  let cursor: string | null = null;
  do {
    const page: { data: HistoryMessage[]; nextCursor: string | null } = await bus.call(getHistory, {
      access,
      limit: PAGE,
      cursor,
    });
    messages.unshift(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== null && messages.length < MAX_MESSAGES);
  return { session, messages, truncated: cursor !== null };
}

/** The transcript as a file. */
export function transcriptFile(
  transcript: Transcript,
  format: Exclude<TranscriptFormat, "json">,
): { mediaType: string; text: string } {
  switch (format) {
    case "csv":
      return { mediaType: "text/csv; charset=utf-8", text: asCsv(transcript) };
    case "txt":
      return { mediaType: "text/plain; charset=utf-8", text: asText(transcript) };
    case "html":
      return { mediaType: "text/html; charset=utf-8", text: asHtml(transcript) };
  }
}

function whoOf({ role, author, author_name }: HistoryMessage): string {
  if (author === "human") return author_name ? `${author_name} (operator)` : "Operator";
  return role === "user" ? "Visitor" : "Agent";
}

/** The files of a message by name, type and size; empty without any. */
const filesOf = ({ files }: HistoryMessage): string[] =>
  (files ?? []).map(({ name, media_type, bytes }) => `${name} (${media_type}, ${bytes} bytes)`);

/** One line per message, oldest first, with a header line; columns of authors and files only where a message has some. */
export function asCsv({ messages }: Transcript): string {
  const withFiles = messages.some((m) => filesOf(m).length > 0);
  const withAuthors = messages.some(({ author }) => author);
  const authors = (m: HistoryMessage): string[] => (withAuthors ? [m.author ?? "", m.author_name ?? ""] : []);
  const files = (m: HistoryMessage): string[] => (withFiles ? [filesOf(m).join("\n")] : []);
  const rows = messages.map((m) => [
    ...[m.sequence, m.created_at, m.role, m.node_id, m.node_name, m.status],
    ...authors(m),
    ...files(m),
    m.content,
  ]);
  const head = ["sequence", "created_at", "role", "node_id", "node_name", "status"];
  head.push(...(withAuthors ? ["author", "author_name"] : []), ...(withFiles ? ["files"] : []), "content");
  return csvLines([head, ...rows]);
}

/** For people: who said what, when. */
export function asText({ session, messages }: Transcript): string {
  const head = `Session ${session.session_id}, ${session.status}, started ${session.created_at}\n\n`;
  const said = (m: HistoryMessage): string =>
    [`[${m.created_at}] ${whoOf(m)}: ${m.content}\n`, ...filesOf(m).map((file) => `  File: ${file}\n`)].join("");
  return head + messages.map(said).join("\n");
}

const htmlFiles = (message: HistoryMessage): string =>
  filesOf(message)
    .map((file) => `<p>File: <bdi>${escapeHtml(file)}</bdi></p>`)
    .join("");

/** A page without script or style, so that it opens anywhere; the text is escaped, never interpreted. */
export function asHtml({ session, messages }: Transcript): string {
  const items = messages.map(
    (m) =>
      `<li><p><strong>${escapeHtml(whoOf(m))}</strong> <time datetime="${escapeHtml(m.created_at)}">${escapeHtml(m.created_at)}</time></p><p dir="auto">${escapeHtml(m.content).replaceAll("\n", "<br>")}</p>${htmlFiles(m)}</li>`,
  );
  const title = `Session ${escapeHtml(session.session_id)}`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body><h1>${title}</h1><p>${session.status}, started ${escapeHtml(session.created_at)}</p><ol>${items.join("")}</ol></body></html>\n`;
}
