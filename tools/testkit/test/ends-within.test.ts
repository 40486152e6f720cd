import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { endsWithin } from "../src/ends-within.js";

const BLOCKED_MS = 1_500;
const AT_MOST_MS = 700;
/** Nothing runs on this thread meanwhile, neither timers nor I/O: as in a product that computes for too long. */
const block = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/** Says when it has begun, and ends with the first line it hears. */
const MEASURED = `
import { once } from "node:events";
import { endsWithin } from ${JSON.stringify(fileURLToPath(new URL("../src/ends-within.ts", import.meta.url)))};
await endsWithin(${AT_MOST_MS}, async () => {
  process.stdout.write("begun\\n");
  await once(process.stdin, "data");
}).then(() => console.log("in time"), (error) => console.log(error.message));
process.exit();
`;

describe("a time limit", () => {
  it("ends for work that blocks the process of the test", async () => {
    const blocking = endsWithin(AT_MOST_MS, async () => block(BLOCKED_MS));
    await expect(blocking).rejects.toThrow(/^took \d+ ms instead of 700 ms at most$/);
    const inPieces = endsWithin(AT_MOST_MS, async () => {
      for (let n = 0; n < 15; n += 1) {
        block(BLOCKED_MS / 15);
        await delay(1);
      }
    });
    await expect(inPieces).rejects.toThrow("instead of 700 ms at most");
  });

  it("ends for work that waits, but not for quick work, whose result and error are passed on", async () => {
    await expect(endsWithin(AT_MOST_MS, () => delay(BLOCKED_MS))).rejects.toThrow("instead of 700 ms at most");
    expect(await endsWithin(AT_MOST_MS, async () => "answer")).toBe("answer");
    const failing = endsWithin(AT_MOST_MS, () => Promise.reject(new Error("its own failure")));
    await expect(failing).rejects.toThrow("its own failure");
  });

  it("does not count while the whole process is suspended", async () => {
    const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", MEASURED], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const exit = once(child, "exit");
    const lines = createInterface({ input: child.stdout });
    const said: string[] = [];
    for await (const line of lines) {
      said.push(line);
      if (line !== "begun") continue;
      child.kill("SIGSTOP");
      await delay(3 * AT_MOST_MS);
      child.kill("SIGCONT");
      child.stdin.write("go\n");
    }
    await exit;
    expect(said).toEqual(["begun", "in time"]);
  });
});
