import { createServer, type Socket } from "node:net";

export interface TakenMail {
  to: string;
  messageId: string;
  raw: string;
}

/** A small mail server that remembers what it took. */
export interface MailServer {
  url: string;
  mails: TakenMail[];
  /** Takes the next `count` mails and breaks the connection instead of saying so. */
  breakAfterTaking(count: number): void;
  /** Answers nothing to mails until `release`. */
  hold(): void;
  release(): void;
  close(): Promise<void>;
}

/** Speaks as much of SMTP as nodemailer needs; refuses `refused@…` for good. */
export async function startMailServer(): Promise<MailServer> {
  const mails: TakenMail[] = [];
  const sockets = new Set<Socket>();
  let broken = 0;
  let held: (() => void)[] | null = null;

  const take = (socket: Socket, to: string, raw: string): void => {
    mails.push({ to, raw, messageId: /^Message-ID: (.*)$/im.exec(raw)?.[1]?.trim() ?? "" });
    if (broken > 0) {
      broken -= 1;
      socket.destroy();
    } else socket.write("250 taken\r\n");
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
    socket.write("220 test\r\n");
    let [buffer, to, inData] = ["", "", false];
    socket.on("data", (chunk) => {
      buffer += chunk.toString("utf8");
      for (;;) {
        const end = buffer.indexOf(inData ? "\r\n.\r\n" : "\r\n");
        if (end === -1) return;
        const text = buffer.slice(0, end);
        buffer = buffer.slice(end + (inData ? 5 : 2));
        if (inData) {
          inData = false;
          const receiver = to;
          const go = (): void => take(socket, receiver, text);
          if (held === null) go();
          else held.push(go);
        } else if (/^EHLO|^HELO/i.test(text)) socket.write("250 test\r\n");
        else if (/^RCPT TO:/i.test(text)) {
          to = /<([^>]*)>/.exec(text)?.[1] ?? "";
          socket.write(to.startsWith("refused@") ? "550 no such user\r\n" : "250 ok\r\n");
        } else if (/^DATA/i.test(text)) {
          inData = true;
          socket.write("354 go on\r\n");
        } else if (/^QUIT/i.test(text)) socket.end("221 bye\r\n");
        else socket.write("250 ok\r\n");
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    breakAfterTaking: (count) => {
      broken = count;
    },
    hold: () => {
      held = [];
    },
    release: () => {
      const waiting = held ?? [];
      held = null;
      for (const go of waiting) go();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
