import { describe, expect, it } from "vitest";
import { normaliseSite } from "../src/allowed-site.js";

describe("a site in a link's list", () => {
  it.each([
    ["https://app.example.com", "https://app.example.com"],
    ["HTTPS://App.Example.COM/", "https://app.example.com"],
    ["https://example.com:443", "https://example.com"],
    ["http://example.com:80", "http://example.com"],
    ["http://localhost:3000", "http://localhost:3000"],
    ["https://*.example.com:8443", "https://*.example.com:8443"],
    ["Example.com", "example.com"],
    ["*.example.com", "*.example.com"],
    ["https://bücher.example", "https://xn--bcher-kva.example"],
    ["http://[::1]:3000", "http://[::1]:3000"],
    [" https://example.com ", "https://example.com"],
  ])("%s is kept as browsers name it: %s", (given, kept) => {
    expect(normaliseSite(given)).toBe(kept);
    expect(normaliseSite(kept)).toBe(kept);
  });

  it.each([
    "",
    "*",
    "https://*",
    "https://a.*.example.com",
    "https://*.*.example.com",
    "https://example.com/path",
    "https://example.com?x=1",
    "https://example.com#x",
    "https://user:secret@example.com",
    "https://example.com:99999",
    "ftp://example.com",
    "javascript:alert(1)",
    "not a site",
    "https://a.example https://b.example",
    "https://a.example; script-src *",
    "https://a.example\r\nx-header: 1",
    "'unsafe-inline'",
    "https://example..com",
    "https://ex%41mple.com",
  ])("%j matches no origin and is refused", (entry) => {
    expect(normaliseSite(entry)).toBeNull();
  });
});
