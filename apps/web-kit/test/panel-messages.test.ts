import { describe, expect, it } from "vitest";
import { readConnect, readHostMessage, readPanelMessage } from "../src/panel-messages.js";

describe("messages between a host page and the panel", () => {
  it.each([
    { type: "open" },
    { type: "prefill", text: "Hello" },
    { type: "escalate" },
    { type: "escalate", reason: "billing", metadata: { order: 7 } },
    { type: "viewport", height: 300, offset_top: 0 },
    { type: "theme", theme: "dark" },
  ])("takes $type of the host", (message) => {
    expect(readHostMessage(message)).toBe(message);
  });

  it.each([
    null,
    "open",
    [],
    {},
    { type: "toString" },
    { type: "unread", count: 1 },
    { type: "prefill" },
    { type: "send", text: "x".repeat(20_001) },
    { type: "escalate", reason: 7 },
    { type: "escalate", metadata: [] },
    { type: "viewport", height: Number.NaN, offset_top: 0 },
    { type: "theme", theme: "blue" },
  ])("ignores what is no message of the host: %j", (message) => {
    expect(readHostMessage(message)).toBeNull();
  });

  it.each([
    { type: "ready" },
    { type: "status", status: "online", transport: null },
    { type: "message", id: "m", sender_type: "agent", timestamp: "2026-01-01T00:00:00Z", conversation_id: "c" },
    { type: "escalation", status: "waiting", since: "2026-01-01T00:00:00Z" },
    { type: "resume", handle: null },
    { type: "error", code: "origin_not_allowed", message: "No." },
  ])("takes $type of the panel", (message) => {
    expect(readPanelMessage(message)).toBe(message);
  });

  it.each([
    { type: "status", status: "online", transport: "carrier pigeon" },
    { type: "unread", count: -1 },
    { type: "resume" },
    { type: "open" },
  ])("ignores what is no message of the panel: %j", (message) => {
    expect(readPanelMessage(message)).toBeNull();
  });

  it("knows the handshake", () => {
    const connect = { parley: 1, type: "connect", origin: "https://shop.example" };
    expect(readConnect(connect)).toBe(connect);
    expect(readConnect({ ...connect, parley: 2 })).toBeNull();
    expect(readConnect({ ...connect, origin: null })).toBeNull();
    expect(readConnect(null)).toBeNull();
  });
});
