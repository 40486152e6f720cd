import { describe, expect, it } from "vitest";
import { gatewayConfig } from "../src/index.js";

describe("PUBLIC_URL", () => {
  it.each([
    ["https://chat.example.org", "https://chat.example.org"],
    ["https://chat.example.org/", "https://chat.example.org"],
    ["http://localhost:8080", "http://localhost:8080"],
  ])("accepts %s, without a trailing slash", (given, kept) => {
    expect(gatewayConfig.parse({ PUBLIC_URL: given }).PUBLIC_URL).toBe(kept);
  });

  it.each([
    "https://example.org/chat",
    "https://example.org/chat/",
    "https://example.org/?a=1",
    "https://example.org#a",
    "ftp://example.org",
    "chat.example.org",
  ])("refuses %s, because its links would not open", (given) => {
    expect(gatewayConfig.safeParse({ PUBLIC_URL: given }).success).toBe(false);
  });
});
