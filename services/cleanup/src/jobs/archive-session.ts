import { createHash } from "node:crypto";
import { mkdir, open, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { exportRecords, type Principal } from "@parley/contracts";
import type { CleanupConfig } from "../config.js";
import type { CleanupDeps } from "../deps.js";
import { isWhole, type PastSession } from "./repository.js";

/** A larger session is written in several objects, so that memory holds at most this and a page. */
const PART_BYTES = 8 * 1024 * 1024;
const PAGE = 200;
const PUT_MS = 60_000;
const KINDS = ["sessions", "messages", "ratings", "notes", "reviews"] as const;

/** Where archived sessions are stored. An existing object is overwritten: it has the same content. Resolves when it is durable. */
export interface ArchiveStore {
  put(key: string, bytes: Uint8Array): Promise<void>;
}

/**
 * Writes the export records of a session into the archive, one JSON object per line with its `kind`: `<tenant>/<month>/<session>.jsonl`,
 * and `<session>.2.jsonl` for further parts. False = the content was removed meanwhile, and was archived before that.
 * Idempotency key: the session; a restart writes the same objects again.
 */
export async function archiveSession(
  { bus, db }: Pick<CleanupDeps, "bus" | "db">,
  store: ArchiveStore,
  session: PastSession,
): Promise<boolean> {
  const { tenant_id: tenantId, session_id: sessionId } = session;
  const principal: Principal = { tenantId, role: "admin", via: "token", id: "cleanup" };
  let [part, bytes]: [number, number] = [1, 0];
  let lines: string[] = [];
  const write = async (): Promise<boolean> => {
    // Content is removed in one transaction with its mark: everything read before this check was complete.
    if (!(await isWhole(db, session))) return false;
    const name = part === 1 ? sessionId : `${sessionId}.${part}`;
    await store.put(`${tenantId}/${session.month}/${name}.jsonl`, Buffer.from(lines.join("")));
    [part, bytes, lines] = [part + 1, 0, []];
    return true;
  };
  for (const kind of KINDS) {
    for (let after: string | undefined, more = true; more; ) {
      const page = await bus.call(exportRecords, { principal, kind, sessionId, after, limit: PAGE });
      for (const { record } of page.data) {
        const line = `${JSON.stringify({ kind, ...record })}\n`;
        lines.push(line);
        bytes += Buffer.byteLength(line);
      }
      after = page.data.at(-1)?.cursor;
      more = page.more && after !== undefined;
      if (bytes >= PART_BYTES && !(await write())) return false;
    }
  }
  return lines.length === 0 || write();
}

/** The store that ARCHIVE_TO names: a folder, or `s3://bucket/folder`; null = nothing is archived. */
export async function openArchive(config: CleanupConfig): Promise<ArchiveStore | null> {
  const { ARCHIVE_TO: address } = config;
  if (address === undefined) return null;
  return address.startsWith("s3://") ? s3Store(address, config) : folderStore(address);
}

const folderStore = (folder: string): ArchiveStore => ({
  async put(key, bytes) {
    const file = join(folder, key);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    // Replicas may write the same object at the same time, each under its own name until it is complete.
    const unfinished = `${file}.${process.pid}-${Date.now()}`;
    const handle = await open(unfinished, "w", 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(unfinished, file);
    // The name must be on disk, too, before anything is removed.
    const names = await open(dirname(file), "r");
    try {
      await names.sync();
    } finally {
      await names.close();
    }
  },
});

async function s3Store(address: string, config: CleanupConfig): Promise<ArchiveStore> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = config;
  const { AWS_REGION: region } = config;
  if (!accessKeyId || !secretAccessKey)
    throw new Error(`ARCHIVE_TO=${address} needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`);
  const { AwsClient } = await import("aws4fetch");
  const client = new AwsClient({
    ...{ accessKeyId, secretAccessKey, region, service: "s3", retries: 4 },
    ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
  });
  const endpoint = (config.AWS_ENDPOINT_URL ?? `https://s3.${region}.amazonaws.com`).replace(/\/+$/, "");
  const folder = address.slice("s3://".length).replace(/\/+$/, "");
  return {
    async put(key, body) {
      const path = `${folder}/${key}`.split("/").map(encodeURIComponent).join("/");
      const answer = await client.fetch(`${endpoint}/${path}`, {
        ...{ method: "PUT", body, signal: AbortSignal.timeout(PUT_MS) },
        headers: {
          "content-type": "application/jsonl; charset=utf-8",
          "x-amz-content-sha256": createHash("sha256").update(body).digest("hex"),
        },
      });
      const told = await answer.text();
      if (!answer.ok)
        throw new Error(`the archive refuses an object: ${/<Code>(\w+)</.exec(told)?.[1] ?? answer.status}`);
    },
  };
}
