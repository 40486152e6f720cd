import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { createClientReader } from "../src/client-address.js";
import { addressBucket, createAddressReader, truncatedAddress } from "../src/index.js";

function read(trusted: string[], peer: string, forwarded?: string): string {
  const socket = new Socket();
  Object.defineProperty(socket, "remoteAddress", { value: peer });
  const request = new IncomingMessage(socket);
  if (forwarded !== undefined) request.headers["x-forwarded-for"] = forwarded;
  return createAddressReader(trusted)(request);
}

describe("client address", () => {
  it("trusts no header by default", () => {
    expect(read([], "203.0.113.9", "198.51.100.1")).toBe("203.0.113.9");
    expect(read(["10.0.0.0/8"], "203.0.113.9", "198.51.100.1")).toBe("203.0.113.9");
  });

  it("uses the rightmost untrusted hop", () => {
    expect(read(["10.0.0.0/8"], "10.1.1.1", "6.6.6.6, 198.51.100.1, 10.2.2.2")).toBe("198.51.100.1");
    expect(read(["10.0.0.0/8"], "::ffff:10.1.1.1", "198.51.100.1")).toBe("198.51.100.1");
    expect(read(["2001:db8::/32"], "2001:db8::1", "2001:db9::7")).toBe("2001:db9::7");
  });

  it("stops at a hop that is no address", () => {
    expect(read(["10.0.0.0/8"], "10.1.1.1", "198.51.100.1, garbage, 10.2.2.2")).toBe("10.2.2.2");
    expect(read(["10.0.0.0/8"], "10.1.1.1", "1")).toBe("10.1.1.1");
  });

  it("counts IPv6 by /64 and folds mapped IPv4", () => {
    expect(addressBucket("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2::/64");
    expect(addressBucket("2001:db8:1:2:ffff::1")).toBe("2001:db8:1:2::/64");
    expect(addressBucket("::ffff:192.0.2.1")).toBe("192.0.2.1");
  });

  it("rejects a proxy entry that is not a network at start-up", () => {
    expect(() => createAddressReader(["10.0.0.0/33"])).toThrow();
  });

  it("distinguishes two clients whose requests a proxy sends over one connection", () => {
    const clientOf = createClientReader(["10.0.0.0/8"]);
    const socket = new Socket();
    Object.defineProperty(socket, "remoteAddress", { value: "10.0.0.1" });
    const ask = (forwarded?: string) => {
      const request = new IncomingMessage(socket);
      if (forwarded !== undefined) request.headers["x-forwarded-for"] = forwarded;
      return [clientOf(request).address, clientOf(request).bucket];
    };
    expect(ask()).toEqual(["10.0.0.1", "10.0.0.1"]);
    expect(ask("198.51.100.1")).toEqual(["198.51.100.1", "198.51.100.1"]);
    expect(ask("2001:db8::1")).toEqual(["2001:db8::1", "2001:db8::/64"]);
    expect(ask()).toEqual(["10.0.0.1", "10.0.0.1"]);
  });
});

describe("a stored address", () => {
  it.each([
    ["203.0.113.77", "203.0.113.0/24"],
    ["::ffff:203.0.113.77", "203.0.113.0/24"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"],
    ["2001:db8:1:2::/64", "2001:db8:1::/48"],
    ["unknown", "unknown"],
  ])("%s is truncated to %s", (address, kept) => expect(truncatedAddress(address)).toBe(kept));
});
