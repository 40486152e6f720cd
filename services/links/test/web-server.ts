import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export interface TakenCall {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
}

/** A small web server that remembers what it was asked. */
export interface WebServer {
  url: string;
  calls: TakenCall[];
  /** How the next calls are answered, one each; afterwards with 200. `break` = taken, and the connection broken; a function takes it before. */
  next(...answers: (Answer | Break)[]): void;
  close(): Promise<void>;
}
export type Break = "break" | ((call: TakenCall) => void);
export interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** `answer`: what calls are answered that `next` says nothing of. */
export async function startWebServer(
  answer: (call: TakenCall) => Answer = () => ({ status: 200 }),
): Promise<WebServer> {
  const calls: TakenCall[] = [];
  const waiting: (Answer | Break)[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const { method = "", url = "", headers } = request;
    const call = { method, path: url, headers, body: Buffer.concat(chunks).toString("utf8") };
    calls.push(call);
    const how = waiting.shift() ?? answer(call);
    if (how === "break" || typeof how === "function") {
      if (how !== "break") how(call);
      request.socket.destroy();
    } else response.writeHead(how.status, how.headers).end(JSON.stringify(how.body ?? {}));
  };
  const server = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    next: (...answers) => void waiting.push(...answers),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
