import { describe, expect, it } from "vitest";
import { createLogger } from "../src/index.js";

function capture() {
  const lines: string[] = [];
  const logger = createLogger({
    service: "test",
    level: "debug",
    destination: { write: (line) => void lines.push(line) },
  });
  return { logger, lines };
}

const TOKEN = `pl_abcdefghijkl_${"A1b2".repeat(8)}zzzzzz`;

describe("logger", () => {
  it("writes one JSON line with service, level name, time and fields", () => {
    const { logger, lines } = capture();
    logger.info({ sessionId: "s1", seq: 3 }, "turn.committed");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ service: "test", level: "info", msg: "turn.committed", seq: 3 });
  });

  it("redacts secrets wherever they appear: value, nested value, message, after an escaped line break, in an error", () => {
    const { logger, lines } = capture();
    logger.info(
      { url: `/c/${TOKEN}`, deep: { deeper: { list: [TOKEN, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] } } },
      `x ${TOKEN}`,
    );
    logger.error({ err: new Error(`first\n${TOKEN}\tsk-proj-abcdef0123456789`) }, "failed");
    const all = lines.join("");
    expect(all).not.toContain("A1b2A1b2");
    expect(all).not.toContain("MfKQ9r8");
    expect(all).not.toContain("abcdef0123456789");
    expect(all).toContain("pl_[redacted]");
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  });

  it("leaves ordinary words alone", () => {
    const { logger, lines } = capture();
    logger.info({ a: "task-abcdefghijk", b: "https_something_long" }, "x");
    expect(lines[0]).toContain("task-abcdefghijk");
    expect(lines[0]).toContain("https_something_long");
  });

  it("redacts fields named like secrets or message text", () => {
    const { logger, lines } = capture();
    logger.info({ email: "a@b.example", req: { headers: { authorization: "Bearer x" }, content: "hello" } }, "x");
    expect(lines[0]).not.toContain("a@b.example");
    expect(lines[0]).not.toContain("Bearer");
    expect(lines[0]).not.toContain("hello");
  });

  it("redacts them on three levels and in child bindings, without changing the caller's objects", () => {
    const { logger, lines } = capture();
    const fields = {
      a: { b: { token: "one", kept: 1 } },
      headers: { "x-signature": "two", "set-cookie": ["three"] },
      text: 4,
    };
    const before = structuredClone(fields);
    logger.child({ cookie: "five", own: true }).info(fields, "x");
    expect(fields).toEqual(before);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      ...{ own: true, cookie: "[redacted]", a: { b: { token: "[redacted]", kept: 1 } }, text: "[redacted]" },
      headers: { "x-signature": "[redacted]", "set-cookie": "[redacted]" },
    });
    logger.info({ token: undefined, list: [1], none: null }, "x");
    expect(JSON.parse(lines[1] ?? "")).toMatchObject({ list: [1], none: null });
    expect(lines[1]).not.toContain("token");
  });

  it("drops driver details that quote row values, but keeps code and causes", () => {
    const { logger, lines } = capture();
    const cause = Object.assign(new Error("duplicate key"), { code: "23505", detail: "Key (email)=(a@b.example)" });
    logger.error({ err: new Error("outer", { cause }) }, "failed");
    expect(lines[0]).not.toContain("a@b.example");
    expect(JSON.parse(lines[0] ?? "").err.cause).toMatchObject({ code: "23505", message: "duplicate key" });
  });
});
