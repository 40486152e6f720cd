import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

interface StoredObject {
  body: Buffer;
  metadata: Record<string, string>;
}

export interface S3Server {
  /** What programs of AWS read to reach it. */
  env: Record<string, string>;
  /** By bucket and key. */
  objects: Map<string, StoredObject>;
  /** Answers the next PUT with 503 after it was carried out, as a connection that breaks does. */
  loseAnswer(): void;
  /** Keeps so many objects and takes no answer to any further PUT, until it is told another number. */
  holdAfter(objects: number): void;
  close(): Promise<void>;
}

const ID = "AKIATEST";
const SECRET = "a secret with / and +";

const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const hash = (text: string | Buffer): string => createHash("sha256").update(text).digest("hex");

/** What the signature has to be, by the rules of AWS signature version 4, worked out from what arrived. */
function signatureOf({ method = "", url = "", headers }: IncomingMessage): string {
  const [, scope = "", signed = ""] =
    /Credential=AKIATEST\/(\S+), SignedHeaders=([a-z0-9;-]+),/.exec(headers.authorization ?? "") ?? [];
  const names = signed.split(";");
  const lines = names.map((name) => `${name}:${String(headers[name] ?? "").trim()}\n`).join("");
  const canonical = [method, url, "", lines, signed, headers["x-amz-content-sha256"]].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, hash(canonical)].join("\n");
  const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${SECRET}`);
  return hmac(key, toSign).toString("hex");
}

/** A store that speaks as much of S3 as an export needs, and refuses what is not signed as AWS asks for. */
export async function startS3Server(): Promise<S3Server> {
  const objects = new Map<string, StoredObject>();
  let loses = false;
  let room = Number.POSITIVE_INFINITY;
  const server = createServer(async (asked, answer) => {
    const body = await buffer(asked);
    const given = /Signature=([0-9a-f]{64})$/.exec(asked.headers.authorization ?? "")?.[1];
    const isWhole = asked.method === "HEAD" || asked.headers["x-amz-content-sha256"] === hash(body);
    if (given !== signatureOf(asked) || !isWhole)
      return answer.writeHead(403).end("<Error><Code>SignatureDoesNotMatch</Code></Error>");
    const name = decodeURIComponent(asked.url ?? "");
    const there = objects.get(name);
    if (asked.method === "HEAD") return answer.writeHead(there ? 200 : 404, there?.metadata).end();
    if (there && asked.headers["if-none-match"] === "*") return answer.writeHead(412).end();
    if (objects.size >= room) return;
    const metadata = Object.entries(asked.headers).filter(([header]) => header.startsWith("x-amz-meta-"));
    objects.set(name, {
      body,
      metadata: Object.fromEntries(metadata.map(([header, value]) => [header, String(value)])),
    });
    answer.writeHead(loses ? 503 : 200).end();
    loses = false;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    env: {
      ...{ AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, AWS_REGION: "eu-central-1" },
      ...{ AWS_ACCESS_KEY_ID: ID, AWS_SECRET_ACCESS_KEY: SECRET },
    },
    objects,
    loseAnswer: () => {
      loses = true;
    },
    holdAfter: (count) => {
      room = count;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
