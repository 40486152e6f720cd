import { describe, expect, it } from "vitest";
import { gatewayConfig } from "../src/index.js";

describe("the address that links are made of", () => {
  it.each([
    ["https://chat.example.org", "https://chat.example.org"],
    ["https://chat.example.org/", "https://chat.example.org"],
    ["http://localhost:8080", "http://localhost:8080"],
  ])("%s is taken, without a slash at its end", (given, kept) => {
    expect(gatewayConfig.parse({ PUBLIC_URL: given }).PUBLIC_URL).toBe(kept);
  });

  it.each([
    "https://example.org/chat",
    "https://example.org/chat/",
    "https://example.org/?a=1",
    "https://example.org#a",
    "ftp://example.org",
    "chat.example.org",
  ])("%s is refused at the start, for its links would not open", (given) => {
    expect(gatewayConfig.safeParse({ PUBLIC_URL: given }).success).toBe(false);
  });
});
