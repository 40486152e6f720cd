import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a proxy may do wrong, or right. */
export interface ProxyHabits {
  /** Keeps the body of an answer until it is whole. */
  buffers?: boolean;
  /** Milliseconds that its clock is off; it writes a Date of its own. */
  skewMs?: number;
  /** Appends this address to X-Forwarded-For, as most do with whoever called them. */
  appends?: string;
}

/** A proxy of a few lines before the gateway. */
export async function startProxy(target: string, habits: ProxyHabits): Promise<{ url: string; close(): void }> {
  const server = createServer((incoming, answer) => pass(incoming, answer, { target, habits }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // An IP server always has an address of this kind.
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

function pass(
  incoming: IncomingMessage,
  answer: ServerResponse,
  { target, habits: { buffers, skewMs, appends } }: { target: string; habits: ProxyHabits },
): void {
  const headers = { ...incoming.headers };
  const before = headers["x-forwarded-for"];
  if (appends !== undefined) headers["x-forwarded-for"] = before === undefined ? appends : `${before}, ${appends}`;
  const call = request(`${target}${incoming.url}`, { method: incoming.method, headers }, (response) => {
    if (skewMs !== undefined) answer.setHeader("date", new Date(Date.now() + skewMs).toUTCString());
    const { date: _date, ...kept } = response.headers;
    const start = (): unknown =>
      answer.writeHead(response.statusCode ?? 502, skewMs === undefined ? response.headers : kept);
    if (buffers !== true) {
      start();
      answer.flushHeaders();
      response.pipe(answer);
      return;
    }
    const chunks: Buffer[] = [];
    response.on("data", (chunk: Buffer) => void chunks.push(chunk));
    response.on("end", () => {
      start();
      answer.end(Buffer.concat(chunks));
    });
  });
  call.on("error", () => answer.destroy());
  answer.on("close", () => call.destroy());
  incoming.pipe(call);
}
