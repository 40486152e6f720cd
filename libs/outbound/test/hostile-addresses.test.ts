import { createLogger, createMetrics } from "@parley/observability";
import { addressRules, createOutbound, parseNetworks } from "@parley/outbound";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalServer, localServer } from "./local-server.js";

/** Addresses that no tenant may reach, as a resolver would give them. */
const FORBIDDEN = [
  ["unspecified", "0.0.0.0"],
  ["this network", "0.1.2.3"],
  ["private 10", "10.0.0.1"],
  ["private 10, last", "10.255.255.255"],
  ["carrier-grade NAT", "100.64.0.1"],
  ["carrier-grade NAT, last", "100.127.255.255"],
  ["metadata of Alibaba", "100.100.100.200"],
  ["loopback", "127.0.0.1"],
  ["loopback, last", "127.255.255.254"],
  ["link-local", "169.254.0.1"],
  ["metadata", "169.254.169.254"],
  ["metadata of tasks", "169.254.170.2"],
  ["wire server of Azure", "168.63.129.16"],
  ["private 172", "172.16.0.1"],
  ["private 172, last", "172.31.255.255"],
  ["protocol assignments", "192.0.0.1"],
  ["metadata of Oracle", "192.0.0.192"],
  ["documentation 1", "192.0.2.1"],
  ["6to4 relay", "192.88.99.1"],
  ["private 192", "192.168.1.1"],
  ["benchmarks", "198.18.0.1"],
  ["documentation 2", "198.51.100.1"],
  ["documentation 3", "203.0.113.1"],
  ["multicast", "224.0.0.1"],
  ["multicast, last", "239.255.255.255"],
  ["reserved", "240.0.0.1"],
  ["broadcast", "255.255.255.255"],
  ["unspecified v6", "::"],
  ["loopback v6", "::1"],
  ["IPv4-compatible loopback", "::127.0.0.1"],
  ["IPv4-mapped loopback", "::ffff:127.0.0.1"],
  ["IPv4-mapped loopback in hex", "::ffff:7f00:1"],
  ["IPv4-mapped metadata", "::ffff:169.254.169.254"],
  ["IPv4-mapped private", "::ffff:10.0.0.1"],
  ["IPv4-translated", "::ffff:0:127.0.0.1"],
  ["NAT64 of loopback", "64:ff9b::7f00:1"],
  ["NAT64 of metadata", "64:ff9b::a9fe:a9fe"],
  ["NAT64 of private", "64:ff9b::10.0.0.1"],
  ["local NAT64", "64:ff9b:1::1"],
  ["discard", "100::1"],
  ["Teredo", "2001::1"],
  ["benchmarks v6", "2001:2::1"],
  ["ORCHID", "2001:20::1"],
  ["documentation v6", "2001:db8::1"],
  ["6to4 of private", "2002:a00:1::1"],
  ["documentation v6, new", "3fff::1"],
  ["segment routing", "5f00::1"],
  ["unique local", "fc00::1"],
  ["unique local, metadata", "fd00:ec2::254"],
  ["link-local v6", "fe80::1"],
  ["site-local", "fec0::1"],
  ["multicast v6", "ff02::1"],
  ["with a zone", "fe80::1%eth0"],
  ["unassigned v6", "4000::1"],
  ["nothing that is an address", "localhost"],
] as const;

const PUBLIC = ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "64:ff9b::808:808"];

describe("address rules", () => {
  it.each(FORBIDDEN)("refuse %s: %s", (_what, address) => {
    expect(addressRules({}).permits(address)).toBe(false);
  });

  it.each(PUBLIC)("permit %s", (address) => {
    expect(addressRules({}).permits(address)).toBe(true);
  });

  it("permit what the operator lists, in every notation, and nothing else", () => {
    const rules = addressRules({ allowedCidrs: parseNetworks("10.1.0.0/16, fd00::/8") });
    for (const address of ["10.1.2.3", "::ffff:10.1.2.3", "fd12::1"]) expect(rules.permits(address)).toBe(true);
    for (const address of ["10.2.0.1", "127.0.0.1", "fe80::1"]) expect(rules.permits(address)).toBe(false);
  });

  it("permit loopback, and only that, for tests", () => {
    const rules = addressRules({ allowLoopback: true });
    for (const address of ["127.0.0.1", "::1"]) expect(rules.permits(address)).toBe(true);
    for (const address of ["10.0.0.1", "169.254.169.254", "0.0.0.0"]) expect(rules.permits(address)).toBe(false);
  });

  it("reject a list with an entry that is not a network", () => {
    expect(() => parseNetworks("10.0.0.0/8,everything")).toThrow(RangeError);
    expect(parseNetworks(" ")).toEqual([]);
  });
});

describe("a request", () => {
  let server: LocalServer;
  beforeAll(async () => {
    server = await localServer((_request, response) => response.end("reached"));
  });
  afterAll(() => server.close());

  const outboundWith = (resolve?: (host: string) => Promise<string[]>) =>
    createOutbound({
      logger: createLogger({ service: "test", level: "silent" }),
      metrics: createMetrics(),
      ...(resolve ? { resolve } : {}),
    });
  const get = { method: "GET", timeoutMs: 5_000, maxBytes: 1_000, tenantId: "t" };

  it.each([
    ["decimal", "http://2130706433:PORT/"],
    ["octal", "http://0177.0.0.1:PORT/"],
    ["hexadecimal", "http://0x7f000001:PORT/"],
    ["short", "http://127.1:PORT/"],
    ["a dot at the end", "http://127.0.0.1.:PORT/"],
    ["full-width digits", "http://１２７.0.0.1:PORT/"],
    ["circled digits", "http://①②⑦.0.0.1:PORT/"],
    ["percent-encoded", "http://%31%32%37.0.0.1:PORT/"],
    ["IPv6", "http://[::1]:PORT/"],
    ["IPv4-mapped", "http://[::ffff:127.0.0.1]:PORT/"],
    ["zero", "http://0:PORT/"],
    ["the name of this machine", "http://localhost:PORT/"],
  ])("to this machine spelled as %s never leaves", async (_how, url) => {
    const outbound = outboundWith();
    const result = await outbound.request({ ...get, url: url.replace("PORT", String(server.port)) });
    expect(result).toMatchObject({ type: "refused", reason: "private_address" });
    expect(server.connections()).toBe(0);
    await outbound.close();
  });

  it.each(FORBIDDEN)(
    "to a name that leads to %s (%s) never leaves, whatever else the name leads to",
    async (_what, bad) => {
      const outbound = outboundWith(async () => ["8.8.8.8", bad]);
      const url = `http://harmless.example:${server.port}/`;
      expect(await outbound.request({ ...get, url })).toMatchObject({ type: "refused", reason: "private_address" });
      expect(server.connections()).toBe(0);
      await outbound.close();
    },
  );
});
