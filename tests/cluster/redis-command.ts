import { once } from "node:events";
import { connect } from "node:net";

/** Sends one inline command to Redis and answers its reply as text. Throws when the server refuses it. */
export async function redisCommand(url: string, command: string): Promise<string> {
  const { hostname, port, password } = new URL(url);
  const socket = connect(Number(port), hostname).setEncoding("utf8");
  try {
    await once(socket, "connect");
    let said = "";
    const lines = new Promise<void>((resolve, reject) => {
      socket.on("error", reject);
      socket.on("data", (text: string) => {
        said += text;
        if (said.split("\r\n").length > 2) resolve();
      });
    });
    socket.write(`AUTH ${decodeURIComponent(password)}\r\n${command}\r\n`);
    await lines;
    if (said.includes("-ERR") || said.includes("-WRONGPASS")) throw new Error(`redis refused ${command}`);
    return said;
  } finally {
    socket.destroy();
  }
}
