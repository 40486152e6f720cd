import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isIP } from "node:net";

export interface LocalServer {
  port: number;
  seen: { method: string; path: string; headers: IncomingMessage["headers"]; body: string }[];
  connections(): number;
  close(): Promise<void>;
}

/** A real server on a loopback address; `answer` gets each request with its whole body. */
export async function localServer(
  answer: (request: { method: string; path: string; body: string }, response: ServerResponse) => void,
  host = "127.0.0.1",
): Promise<LocalServer> {
  const seen: LocalServer["seen"] = [];
  let connections = 0;
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const got = { method: request.method ?? "", path: request.url ?? "", body: Buffer.concat(chunks).toString() };
      seen.push({ ...got, headers: request.headers });
      answer(got, response);
    });
  });
  server.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  if (address === null || typeof address === "string" || isIP(address.address) === 0) throw new Error("no port");
  return {
    port: address.port,
    seen,
    connections: () => connections,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
