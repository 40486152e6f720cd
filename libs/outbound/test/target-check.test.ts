import { createTargetCheck } from "@parley/outbound";
import { describe, expect, it } from "vitest";

describe("an address that is stored to be called later", () => {
  const check = createTargetCheck({});

  it.each([
    "http://127.0.0.1/",
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://0x7f000001/",
    "http://127.1/",
    "http://127.0.0.1./",
    "http://[::1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[fe80::1]/",
    "http://[64:ff9b::a00:1]/",
    "http://169.254.169.254/",
    "http://192.168.0.9:8080/",
    "http://0/",
  ])("is refused as private however it is spelled: %s", (url) => {
    expect(check(url)).toBe("private_address");
  });

  it.each([
    ["ftp://example.com/", "bad_url"],
    ["file:///etc/passwd", "bad_url"],
    ["https://user:secret@example.com/", "bad_url"],
    ["example.com/hook", "bad_url"],
    ["https://example.com:22/", "port_not_allowed"],
    ["https://example.com:6379/", "port_not_allowed"],
    ["https://example.com/hook?a=1", null],
    ["https://example.com:8443/", null],
    ["http://8.8.8.8/", null],
    // Names are judged when they are called, except those of this machine.
    ["http://intranet.example/", null],
    ["http://localhost.example/", null],
    ["http://localhost/", "private_address"],
    ["http://LOCALHOST.:9000/hook", "private_address"],
    ["http://hooks.localhost/", "private_address"],
  ])("%s is found to be %s", (url, refusal) => {
    expect(check(url)).toBe(refusal);
  });

  it("may be in a network that the operator lists, and on this machine for tests", () => {
    expect(createTargetCheck({ allowedCidrs: ["10.1.0.0/16"] })("http://10.1.2.3/")).toBeNull();
    expect(createTargetCheck({ allowedCidrs: ["10.1.0.0/16"] })("http://10.2.2.3/")).toBe("private_address");
    expect(createTargetCheck({ allowTestHooks: true })("http://[::1]:4000/")).toBeNull();
    expect(createTargetCheck({ allowTestHooks: true })("http://localhost:4000/")).toBeNull();
    expect(createTargetCheck({ allowedCidrs: ["127.0.0.0/8"] })("http://localhost:4000/")).toBeNull();
    expect(createTargetCheck({ allowTestHooks: true })("http://10.2.2.3/")).toBe("private_address");
  });
});
