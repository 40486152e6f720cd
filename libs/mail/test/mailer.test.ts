import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { createLogger } from "@parley/observability";
import { afterEach, describe, expect, it } from "vitest";
import { createMailer, type Mail, mailOAuth } from "../src/index.js";

interface Received {
  from: string;
  to: string[];
  data: string;
}

/** As much SMTP as one client needs. `refuse` answers the recipient with 550, `silent` never greets. */
async function startSmtp(mode: "accept" | "refuse" | "silent" | "oauth") {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    if (mode === "silent") return;
    let mail: Received = { from: "", to: [], data: "" };
    let inData = false;
    let rest = "";
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    say("220 test");
    socket.on("data", (chunk) => {
      rest += chunk.toString("utf8");
      for (let at = rest.indexOf("\r\n"); at >= 0; at = rest.indexOf("\r\n")) {
        const line = rest.slice(0, at);
        rest = rest.slice(at + 2);
        if (inData) {
          if (line !== ".") mail.data += `${line}\n`;
          else {
            inData = false;
            received.push(mail);
            mail = { from: "", to: [], data: "" };
            say("250 kept");
          }
        } else if (line.startsWith("EHLO") && mode === "oauth") say("250-test\r\n250 AUTH XOAUTH2");
        else if (/^(EHLO|HELO|RSET)/.test(line)) say("250 test");
        else if (line.startsWith("AUTH XOAUTH2 ")) {
          const said = Buffer.from(line.slice(13), "base64").toString();
          say(said === "user=desk@example.com\u0001auth=Bearer fresh\u0001\u0001" ? "235 in" : "535 who");
        } else if (line.startsWith("MAIL FROM:")) {
          mail.from = line.slice(10);
          say("250 ok");
        } else if (line.startsWith("RCPT TO:")) {
          mail.to.push(line.slice(8));
          say(mode === "refuse" ? "550 no such mailbox" : "250 ok");
        } else if (line === "DATA") {
          inData = true;
          say("354 go on");
        } else if (line === "QUIT") socket.end("221 bye\r\n");
        else say("500 what");
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a TCP server has one
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const MAIL: Mail = { tenantId: "t1", to: "ada@example.com", subject: "Your code for Desk", text: "    004217\n" };
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function mailerWith(mode: "accept" | "refuse" | "silent", timeoutMs?: number) {
  const smtp = await startSmtp(mode);
  const log: string[] = [];
  const logger = createLogger({
    service: "mail-test",
    level: "debug",
    destination: { write: (line) => log.push(line) },
  });
  const mailer = createMailer({
    url: smtp.url,
    from: "Parley <parley@example.org>",
    logger,
    mailbox: async () => {
      throw new Error("must not be used");
    },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  closers.push(
    () => mailer.close(),
    () => smtp.stop(),
  );
  return { smtp, mailer, log };
}

describe("with a mail server", () => {
  it("sends one mail to exactly one recipient", async () => {
    const { smtp, mailer, log } = await mailerWith("accept");
    await mailer.send(MAIL);
    expect(smtp.received).toHaveLength(1);
    expect(smtp.received[0]).toMatchObject({ from: "<parley@example.org>", to: ["<ada@example.com>"] });
    expect(smtp.received[0]?.data).toMatch(/^Subject: Your code for Desk$/m);
    expect(smtp.received[0]?.data).toContain("004217");
    expect([mailer.kind, log]).toEqual(["smtp", []]);
  });

  it("declares the language of a mail, and transmits it intact in any script", async () => {
    const { smtp, mailer } = await mailerWith("accept");
    await mailer.send({ ...MAIL, text: "رمزك هو\n\n    004217\n", language: "ar" });
    await mailer.send(MAIL);
    const [arabic, plain] = smtp.received.map(({ data }) => data);
    expect(arabic).toMatch(/^Content-Language: ar$/m);
    const body = Buffer.from((arabic ?? "").split("\n\n").slice(1).join("\n\n").trim(), "base64").toString("utf8");
    expect(body).toBe("رمزك هو\n\n    004217\n");
    expect(plain).not.toContain("Content-Language");
  });

  it("never lets an agent's name inject a header", async () => {
    const { smtp, mailer } = await mailerWith("accept");
    await mailer.send({ ...MAIL, subject: "Your code for Desk\r\nBcc: eve@example.com" });
    expect(smtp.received[0]?.to).toEqual(["<ada@example.com>"]);
    expect(smtp.received[0]?.data).not.toMatch(/^Bcc:/m);
  });

  it("reports a refusal without address or text, and does not throw", async () => {
    const { mailer, log } = await mailerWith("refuse");
    await mailer.send(MAIL);
    expect(log).toHaveLength(1);
    expect(JSON.parse(log[0] ?? "")).toMatchObject({ msg: "mail.failed", responseCode: 550 });
    expect(log.join("")).not.toMatch(/ada|example\.com|004217/);
  });

  it("gives up on a server that never speaks", async () => {
    const { mailer, log } = await mailerWith("silent", 200);
    await mailer.send(MAIL);
    expect(JSON.parse(log[0] ?? "")).toMatchObject({ msg: "mail.failed", code: "ETIMEDOUT" });
  });
});

describe("without a mail server", () => {
  it("stores mails in the mailbox, and close waits for the last one", async () => {
    const kept: Mail[] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const mailer = createMailer({
      url: undefined,
      from: "Parley <parley@example.org>",
      logger: createLogger({ service: "mail-test", level: "silent" }),
      mailbox: async (mail) => {
        await held;
        kept.push(mail);
      },
    });
    const sending = mailer.send(MAIL);
    const closing = mailer.close();
    release();
    await closing;
    expect([mailer.kind, kept]).toEqual(["mailbox", [MAIL]]);
    await sending;
  });

  it("signs in with an access token obtained with the refresh token", async () => {
    const smtp = await startSmtp("oauth");
    const asked: URLSearchParams[] = [];
    const tokens = createHttpServer(async (request, response) => {
      asked.push(new URLSearchParams(await text(request)));
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ access_token: "fresh", expires_in: 3_600, token_type: "Bearer" }));
    });
    await new Promise<void>((resolve) => tokens.listen(0, "127.0.0.1", resolve));
    const { port } = tokens.address() as AddressInfo; // a TCP server has one
    const logger = createLogger({ service: "mail-test", level: "silent" });
    const oauth = mailOAuth({
      ...{ SMTP_OAUTH_CLIENT_ID: "client", SMTP_OAUTH_CLIENT_SECRET: "secret", SMTP_OAUTH_REFRESH_TOKEN: "refresh" },
      SMTP_OAUTH_TOKEN_URL: `http://127.0.0.1:${port}/token`,
    });
    const url = smtp.url.replace("//", "//desk%40example.com@");
    const mailer = createMailer({
      url,
      oauth,
      from: "Desk <desk@example.com>",
      mailbox: async () => undefined,
      logger,
    });
    closers.push(
      () => mailer.close(),
      () => smtp.stop(),
      () => new Promise((resolve) => void tokens.close(() => resolve())),
    );
    expect(await mailer.attempt(MAIL)).toBeNull();
    expect(await mailer.attempt(MAIL)).toBeNull();
    expect(asked.map((form) => Object.fromEntries(form))).toEqual([
      { client_id: "client", client_secret: "secret", refresh_token: "refresh", grant_type: "refresh_token" },
    ]);
    expect(smtp.received).toHaveLength(2);
  });
});
