import { createServer, type ServerResponse } from "node:http";
import { Redis } from "ioredis";

/** The floor of G6: bare node:http that passes on what Redis publishes, one write per reader. Prints `{"url": …}`. */
const { REDIS_URL = "" } = process.env;
const subscriber = new Redis(REDIS_URL);
const readers = new Map<string, Set<ServerResponse>>();
subscriber.on("message", (channel: string, text: string) => {
  const event = `event: message.delta\ndata: ${text}\n\n`;
  for (const reader of readers.get(channel) ?? []) reader.write(event);
});

const server = createServer((request, response) => {
  const channel = decodeURIComponent(request.url?.slice(1) ?? "");
  const known = readers.get(channel);
  const own = known ?? new Set<ServerResponse>();
  own.add(response);
  readers.set(channel, own);
  response.on("close", () => own.delete(response));
  const begin = (): void => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("event: connected\ndata: {}\n\n");
  };
  if (known !== undefined) begin();
  else subscriber.subscribe(channel).then(begin, () => response.destroy());
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
process.once("SIGTERM", () => process.exit(0));
