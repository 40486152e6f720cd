import type { IncomingMessage, Server } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { forgetConnection } from "./close-server.js";

/**
 * Leaves the upgrades that `isSocket` names to the listeners that the server has now, and answers all others as the plain requests
 * that they also are. With any listener Node no longer does that by itself, and clients that offer HTTP/2 with each first request
 * (`Upgrade: h2c`, as Java's does) would lose their bodies.
 */
export function limitUpgrades(server: Server, isSocket: (request: IncomingMessage) => boolean): void {
  const sockets = server.listeners("upgrade");
  server.removeAllListeners("upgrade");
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!(socket instanceof Socket)) return void socket.destroy();
    if (!isSocket(request)) return answerPlainly(server, request, { socket, head });
    forgetConnection(server, socket);
    for (const listener of sockets) listener.call(server, request, socket, head);
  });
}

/** Hands the connection back to the server, with the request as it came but for its `Upgrade`. */
function answerPlainly(
  server: Server,
  { method, url, httpVersion, rawHeaders }: IncomingMessage,
  { socket, head }: { socket: Socket; head: Buffer },
): void {
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    if (name.toLowerCase() !== "upgrade") text += `${name}: ${rawHeaders[at + 1]}\r\n`;
  }
  // Node has read the lines as single bytes.
  socket.unshift(Buffer.concat([Buffer.from(`${text}\r\n`, "latin1"), head]));
  server.emit("connection", socket);
}
