import { createHash, createHmac } from "node:crypto";
import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import type { Target } from "./jobs.js";

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, scheduling: "lifo" });
let counter = 0;

function signed(key: string, method: string, target: string, body: string): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const bodyHash = createHash("sha256").update(body).digest("hex");
  const signature = createHmac("sha256", key).update(`${timestamp}${method}${target}${bodyHash}`).digest("hex");
  return { "x-timestamp": timestamp, "x-signature": signature };
}

/** Sends one request of a target; the answer's headers are there when it resolves. */
export function open(target: Target): Promise<{ response: IncomingMessage; request: ClientRequest }> {
  counter += 1;
  const url = new URL(target.url);
  const template = target.bodies[counter % Math.max(1, target.bodies.length)] ?? "";
  const body = template.replace("{n}", String(counter));
  const headers: Record<string, string | number> = { ...target.headers };
  if (body !== "") {
    headers["content-type"] = "application/json";
    headers["content-length"] = Buffer.byteLength(body);
  }
  if (target.signKey !== undefined) {
    Object.assign(headers, signed(target.signKey, target.method, url.pathname + url.search, body));
  }
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method: target.method, headers, timeout: 60_000 }, (response) =>
      resolve({ response, request: sent }),
    );
    sent.on("error", reject);
    sent.on("timeout", () => sent.destroy(new Error("no answer in 60 s")));
    sent.end(body);
  });
}

/** The whole text of an answer. */
export async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  response.setEncoding("utf8");
  for await (const part of response) text += part;
  return text;
}

/** Hands each event of a stream to `onEvent` until it ends. */
export async function eachEvent(
  response: IncomingMessage,
  onEvent: (event: string, data: string) => void,
): Promise<void> {
  let rest = "";
  response.setEncoding("utf8");
  for await (const part of response) {
    rest += part;
    const blocks = rest.split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      let event = "message";
      let data = "";
      for (const line of block.split("\n")) {
        if (line.startsWith("event:")) event = line.slice(6).trim();
        else if (line.startsWith("data:")) data += line.slice(5).trim();
      }
      if (data !== "") onEvent(event, data);
    }
  }
}
