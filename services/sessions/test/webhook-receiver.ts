import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export interface Received {
  path: string;
  headers: Record<string, string>;
  body: string;
  payload: { type: string; timestamp: string; data: Record<string, unknown> };
}

export type Answer = (received: Received, response: ServerResponse, nth: number) => void;

/** A receiver of webhooks on this machine that keeps what it got and answers as the test says; at first with 204. */
export async function startReceiver() {
  const received: Received[] = [];
  const state: { answer: Answer } = { answer: (_got, response) => void response.writeHead(204).end() };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const got = { path: request.url ?? "", headers: flat(request), body, payload: JSON.parse(body) };
      received.push(got);
      state.answer(got, response, received.filter(({ path }) => path === got.path).length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    state,
    at: (path: string) => received.filter((got) => got.path === path),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
export type Receiver = Awaited<ReturnType<typeof startReceiver>>;

const flat = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
