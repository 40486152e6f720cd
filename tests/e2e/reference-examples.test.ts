import { execFile } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  curlExample,
  type ExampleCall,
  exampleCall,
  nodeExample,
  pythonExample,
} from "../../apps/docs/src/site/examples.js";
import { readOpenApi } from "../../apps/docs/src/site/sources.js";
import { ROOT } from "../cluster/child-process.js";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";

const run = promisify(execFile);
const api = readOpenApi(join(ROOT, "docs"));
let product: FirstStart;
let demo: Announcement;

beforeAll(async () => {
  product = await firstStart();
  demo = await product.start();
}, 120_000);
afterAll(() => product?.clear(), 60_000);

const callOf = (method: string, path: string): ExampleCall => {
  const operation = api.paths[path]?.[method];
  const call = operation === undefined ? null : exampleCall(api, path, method, operation);
  if (call === null) throw new Error(`no example for ${method} ${path}`);
  return call;
};

/** The programs of a call, each run as a reader would copy it; answers what they print. */
async function output(call: ExampleCall, more: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const env = {
    ...process.env,
    ...{ PARLEY_URL: product.base, PARLEY_TOKEN: demo.admin_token, PARLEY_KEY: demo.api_key },
    ...more,
  };
  const programs: [string, string[]][] = [
    ["bash", ["-c", curlExample(call)]],
    ["node", ["--input-type=module", "-e", nodeExample(call)]],
    ["python3", ["-c", pythonExample(call)]],
  ];
  const printed: string[] = [];
  for (const [program, args] of programs) printed.push((await run(program, args, { env, timeout: 60_000 })).stdout);
  return printed;
}

it("runs the examples of the reference in the shell, in Node and in Python", async () => {
  for (const text of await output(callOf("get", "/api/agents"))) expect(text).toContain('"slug":"clinic-desk"');
  for (const text of await output(callOf("post", "/api/agents/{agent}/public-links"))) expect(text).toMatch(/pl_\w+/);
  const opened = { ...callOf("post", "/api/chat/sessions") };
  const agent = demo.agents.find(({ name }) => name === "Clinic Desk");
  opened.body = { ...(opened.body as object), tenant_id: demo.tenant_id, agent_id: agent?.id };
  const sessions = (await output(opened)).map((text) => /"session_id":"([^"]+)"/.exec(text)?.[1] ?? "");
  expect(new Set(sessions).size).toBe(3);
  const send = callOf("post", "/api/chat/sessions/{id}/messages");
  for (const text of await output(send, { ID: sessions[0] })) expect(text).toContain('"response":');
});

/** What stands in addresses: things that are not there. */
const NOBODY = "01980000-0000-7000-8000-000000000001";
const PLACES: Record<string, string> = { version: "1", secret: "crm" };

/** Calls with a body, but for those that change who may call at all. */
const withBody = Object.entries(api.paths).flatMap(([path, methods]) =>
  Object.keys(methods).flatMap((method) => {
    const call = exampleCall(api, path, method, methods[method] ?? { responses: {} });
    return call?.body === undefined ? [] : [{ name: `${method} ${path}`, call }];
  }),
);

it("shows a body that the server accepts for every call with one", async () => {
  const wrong: string[] = [];
  for (const { name, call } of withBody) {
    const body = JSON.stringify(call.body);
    const target = call.target.replace(/\{(\w+)\}/g, (_, of: string) => PLACES[of] ?? NOBODY);
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signed = `${timestamp}${call.method}${target}${createHash("sha256").update(body).digest("hex")}`;
    const who: Record<string, string> =
      call.by === "signature"
        ? { "x-timestamp": timestamp, "x-signature": createHmac("sha256", demo.api_key).update(signed).digest("hex") }
        : { authorization: `Bearer ${demo.admin_token}` };
    const headers = { ...who, "content-type": "application/json" };
    const answer = await fetch(product.base + target, { method: call.method, headers, body });
    const problem = answer.status === 422 || answer.status === 400 ? await answer.text() : "";
    if (/"(validation_failed|malformed_\w+)"/.test(problem)) wrong.push(`${name}: ${body} ${problem}`);
    else await answer.body?.cancel().catch(() => undefined);
  }
  expect(withBody.length).toBeGreaterThan(50);
  expect(wrong).toEqual([]);
}, 120_000);
