import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runHere } from "./run-cli.js";

const ID = "01890a5d-ac96-774b-bcce-b302099a8057";
const PATH = `/api/agents/clinic-desk/public-links/${ID}/identity`;
const SETTINGS = { link_id: ID, audience: ID, secret_set: false, jwks_url: null, public_key: null };
const PEM = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";

let server: Server;
let url = "";
let seen: { call: string; body: unknown; key: unknown }[] = [];
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(Buffer.from(part));
    const text = Buffer.concat(parts).toString();
    const call = `${request.method} ${request.url}`;
    seen.push({ call, body: text === "" ? null : JSON.parse(text), key: request.headers["idempotency-key"] });
    response.writeHead(200, { "content-type": "application/json" });
    const made = call === `POST ${PATH}/secret` ? { secret: "his_once", audience: ID } : SETTINGS;
    response.end(JSON.stringify(request.method === "DELETE" ? { deleted: true } : made));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  seen = [];
});

const run = (...more: string[]) =>
  runHere(["links", "identity", "clinic-desk", ID, "--url", url, ...more], { env: { PARLEY_TOKEN: "ak_x" } });

describe("identities of the embedding site on the command line", () => {
  it("are listed, and a secret is printed as a line of an environment file", async () => {
    const shown = await run();
    expect(shown.code).toBe(0);
    expect(shown.out).toContain(ID);
    expect(await run("--make-secret")).toMatchObject({ code: 0, out: "PARLEY_IDENTITY_SECRET=his_once\n" });
    expect(seen.map(({ call }) => call)).toEqual([`GET ${PATH}`, `POST ${PATH}/secret`]);
    expect(seen[1]?.key).toMatch(/^[0-9a-f]{32}$/);
  });

  it("take public keys from a URL or a file, lose one with none, and can be disabled", async () => {
    const file = join(tmpdir(), `parley-key-${process.pid}.pem`);
    writeFileSync(file, PEM);
    expect((await run("--jwks-url", "none", "--public-key", file)).code).toBe(0);
    expect((await run("--jwks-url", "https://example.com/keys")).code).toBe(0);
    expect(await run("--off")).toMatchObject({ code: 0, out: "off; this link takes no identities\n" });
    expect(seen.map(({ call, body }) => [call, body])).toEqual([
      [`PUT ${PATH}`, { jwks_url: null, public_key: PEM }],
      [`PUT ${PATH}`, { jwks_url: "https://example.com/keys" }],
      [`DELETE ${PATH}`, null],
    ]);
  });

  it("stay unchanged when two changes are requested at once, or a file is missing", async () => {
    expect(await run("--make-secret", "--off")).toMatchObject({ code: 2, out: "" });
    expect((await run("--public-key", "/nowhere/key.pem")).err).toContain("/nowhere/key.pem cannot be read");
    expect(seen).toEqual([]);
  });
});
