import { createHash, createHmac } from "node:crypto";
import { Agent, type IncomingHttpHeaders, request } from "node:http";

export interface Outgoing {
  method: string;
  /** Sent as it stands. */
  path: string;
  headers: Record<string, string>;
  body: string | Buffer | null;
}

export interface Received {
  status: number;
  type: string;
  headers: IncomingHttpHeaders;
  text: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 4 });

/** One request, byte for byte as given. Of an event stream only the head is read. Rejects when the connection breaks. */
export function send(base: string, { method, path, headers, body }: Outgoing): Promise<Received> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const length = body === null ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const outgoing = request({
      agent,
      hostname,
      port,
      method,
      path,
      headers: { ...length, ...headers },
      timeout: 20_000,
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in 20 s")));
    outgoing.on("error", reject);
    outgoing.on("response", (incoming) => {
      const type = String(incoming.headers["content-type"] ?? "");
      const head = { status: incoming.statusCode ?? 0, type, headers: incoming.headers };
      if (type.startsWith("text/event-stream")) {
        incoming.on("error", () => undefined);
        outgoing.destroy();
        return resolve({ ...head, text: "" });
      }
      const pieces: Buffer[] = [];
      incoming.on("data", (piece: Buffer) => pieces.push(piece));
      incoming.on("error", (error) => reject(new Error(`${method} ${path}: ${error.message}`)));
      incoming.on("end", () => resolve({ ...head, text: Buffer.concat(pieces).toString("utf8") }));
    });
    outgoing.end(body ?? undefined);
  });
}

/** The headers of a signed request. */
export function signature(key: string, { method, path, body }: Omit<Outgoing, "headers">): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const hash = createHash("sha256")
    .update(body ?? "")
    .digest("hex");
  const signed = createHmac("sha256", key).update(`${timestamp}${method}${path}${hash}`).digest("hex");
  return { "x-timestamp": timestamp, "x-signature": signed };
}
