import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { runHere } from "./run-cli.js";

const SHOWN = {
  ...{ name: "crm_key", hosts: ["crm.example.com"], hint: "…wxyz", created_at: "2026-01-01T10:00:00.000Z" },
  ...{ updated_at: "2026-01-01T10:00:00.000Z", last_used_at: null },
};

describe("secrets on the command line", () => {
  let server: Server | undefined;
  const seen: { call: string; body: unknown }[] = [];
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    seen.length = 0;
  });

  const run = async (argv: string[], input = "") => {
    const made = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(Buffer.from(part));
      const text = Buffer.concat(parts).toString();
      seen.push({
        call: `${request.method} ${request.url?.split("?")[0]}`,
        body: text === "" ? null : JSON.parse(text),
      });
      const body = request.method === "GET" ? { data: [SHOWN], next_cursor: null } : SHOWN;
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    server = made;
    await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
    return runHere(["secrets", ...argv, "--url", url], { env: { PARLEY_TOKEN: "ak_x" }, input });
  };

  it("read the value from standard input, without its last line break", async () => {
    const argv = ["set", "front desk", "crm_key", "--host", "crm.example.com", "*.crm.example.com"];
    expect(await run(argv, "p4ss with\n spaces \r\n")).toMatchObject({
      code: 0,
      out: "{{secret.crm_key}} is set, for crm.example.com\n",
    });
    expect(seen).toEqual([
      {
        call: "PUT /api/agents/front%20desk/secrets/crm_key",
        body: { value: "p4ss with\n spaces ", hosts: ["crm.example.com", "*.crm.example.com"] },
      },
    ]);
  });

  it("accept no value from an argument, and no empty one", async () => {
    expect((await run(["set", "desk", "crm_key", "p4ssw0rd", "--host", "x.example"])).code).toBe(2);
    expect((await run(["set", "desk", "crm_key", "--host", "x.example"], "\n")).code).toBe(2);
    expect(seen).toEqual([]);
  });

  it("are listed and removed by name", async () => {
    expect((await run(["list", "desk"])).out).toContain("crm_key  …wxyz");
    expect((await run(["remove", "desk", "crm_key"])).code).toBe(0);
    expect(seen.map(({ call }) => call)).toEqual([
      "GET /api/agents/desk/secrets",
      "DELETE /api/agents/desk/secrets/crm_key",
    ]);
  });
});
