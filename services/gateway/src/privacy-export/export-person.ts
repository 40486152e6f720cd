import type { Bus } from "@parley/bus";
import {
  accessRecordKind,
  exportAccess,
  exportMemories,
  exportMessages,
  exportSessions,
  listMemoryChanges,
  readFileChunk,
} from "@parley/contracts";
import { ownerAccess, type TenantPrincipal } from "../routes/owner/principal.js";
import { linksTo, PAGE_END, pageHead, readablePage, saidHtml } from "./readable.js";
import type { ZipEntry } from "./zip-stream.js";

interface Person {
  principal: TenantPrincipal;
  email: string;
  at: Date;
}
type Pages = { href: string; title: string }[];

const text = (given: string): Uint8Array => Buffer.from(given, "utf8");
const fileOf = (name: string, content: string): ZipEntry => ({ name, chunks: [text(content)] });

/** Everything stored about an address: each record as JSON and as a readable page. Holds one page of each list at a time. */
export async function* exportOf(bus: Bus, person: Person): AsyncGenerator<ZipEntry> {
  const pages: Pages = [];
  yield* accessOf(bus, person, pages);
  yield* memoriesOf(bus, person, pages);
  const sessions = yield* sessionsOf(bus, person, pages);
  const about = { address: person.email, exported_at: person.at.toISOString(), format: 1, sessions };
  yield fileOf("about.json", `${JSON.stringify(about, null, 2)}\n`);
  const head = pageHead(`What is held of ${person.email}`);
  yield fileOf("index.html", `${head}<p>As of ${person.at.toISOString()}.</p>${linksTo(pages)}${PAGE_END}`);
}

/** A record in both forms. */
function* both(name: string, title: string, value: unknown): Generator<ZipEntry> {
  yield fileOf(`${name}.json`, `${JSON.stringify(value, null, 2)}\n`);
  yield fileOf(`${name}.html`, readablePage(title, value));
}

async function* accessOf(bus: Bus, { principal, email }: Person, pages: Pages): AsyncGenerator<ZipEntry> {
  const value: Record<string, unknown> = {};
  for (const kind of accessRecordKind.options) {
    const { data, truncated } = await bus.call(exportAccess, { principal, email, kind });
    value[kind] = truncated ? { first: data, more_are_held: true } : data;
  }
  pages.push({ href: "access.html", title: "Confirmations, access, links and mails" });
  yield* both("access", "Confirmations, access, links and mails", value);
}

async function* memoriesOf(bus: Bus, { principal, email }: Person, pages: Pages): AsyncGenerator<ZipEntry> {
  let cursor: string | undefined;
  do {
    const page = await bus.call(exportMemories, { principal, email, cursor });
    for (const { agent_id: agent, record } of page.data) {
      const title = `What ${String(record.agent)} remembers`;
      pages.push({ href: `memory/${agent}.html`, title });
      yield* both(`memory/${agent}`, title, { ...record, history: await historyOf(bus, { principal, email, agent }) });
    }
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

/** At most 50 changes are stored. */
async function historyOf(bus: Bus, at: { principal: TenantPrincipal; email: string; agent: string }) {
  const changes: unknown[] = [];
  let cursor: string | undefined;
  do {
    const page = await bus.call(listMemoryChanges, { ...at, limit: 50, cursor });
    changes.push(...page.data.map(({ actor: _actor, ...change }) => change));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return changes;
}

async function* sessionsOf(bus: Bus, { principal, email }: Person, pages: Pages): AsyncGenerator<ZipEntry, number> {
  let count = 0;
  let cursor: string | undefined;
  do {
    const page = await bus.call(exportSessions, { principal, email, cursor });
    for (const { session_id: sessionId, file_ids: files, record } of page.data) {
      count += 1;
      const folder = `sessions/${sessionId}`;
      const title = `Session of ${String(record.created_at)} with ${String(record.agent)}`;
      pages.push({ href: `${folder}/session.html`, title }, { href: `${folder}/transcript.html`, title: "Transcript" });
      yield* both(`${folder}/session`, title, record);
      const messages = () => messagesOf(bus, { principal, sessionId });
      yield { name: `${folder}/messages.json`, chunks: jsonList(messages()) };
      yield { name: `${folder}/transcript.html`, chunks: transcript(title, messages()) };
      for (const { id, name } of files) {
        const chunks = bytesOf(bus, { principal, sessionId, fileId: id });
        yield { name: `${folder}/files/${id}-${plainName(name)}`, stored: true, chunks };
      }
    }
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return count;
}

type Messages = AsyncGenerator<Record<string, unknown>[]>;

async function* messagesOf(bus: Bus, at: { principal: TenantPrincipal; sessionId: string }): Messages {
  let after = 0;
  let more = true;
  while (more) {
    const page = await bus.call(exportMessages, { ...at, after });
    if (page.data.length > 0) yield page.data;
    after = page.data.at(-1)?.sequence ?? after;
    more = page.more && page.data.length > 0;
  }
}

async function* jsonList(pages: Messages): AsyncGenerator<Uint8Array> {
  let before = "[\n";
  for await (const page of pages) {
    yield text(before + page.map((message) => JSON.stringify(message)).join(",\n"));
    before = ",\n";
  }
  yield text(before === "[\n" ? "[]\n" : "\n]\n");
}

async function* transcript(title: string, pages: Messages): AsyncGenerator<Uint8Array> {
  yield text(`${pageHead(title)}<dl>`);
  for await (const page of pages) yield text(page.map(saidHtml).join("\n"));
  yield text(`</dl>${PAGE_END}`);
}

async function* bytesOf(
  bus: Bus,
  { principal, sessionId, fileId }: { principal: TenantPrincipal; sessionId: string; fileId: string },
): AsyncGenerator<Uint8Array> {
  const access = ownerAccess(principal, sessionId);
  for (let n = 0, read = 0; ; n += 1) {
    const { file, data } = await bus.call(readFileChunk, { access, fileId, n });
    const chunk = Buffer.from(data ?? "", "base64");
    read += chunk.length;
    if (chunk.length > 0) yield chunk;
    if (read >= file.bytes) return;
    // An export must not contain part of a file as if it were complete.
    if (chunk.length === 0) throw new Error("the file is not whole");
  }
}

/** A stranger's file name made harmless: no path, nothing hidden. The id before it keeps names unique. */
const plainName = (name: string): string => name.replace(/[^\p{L}\p{N}._-]+/gu, "_").slice(-80);
