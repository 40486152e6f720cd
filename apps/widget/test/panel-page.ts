import type { Frame } from "playwright-core";

/**
 * A stand-in for the chat page in the panel: it takes the handshake as that page does, keeps what it hears, and says what a test
 * wants said at an exact moment. The page itself is tested in its own package, both together in tests/e2e.
 */
export const PANEL_HTML = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Chat</title></head>
<body><main><h1>Chat</h1><label for="field">Message</label><input id="field"><button id="last">Send</button></main>
<script src="/panel.js"></script></body></html>`;

export const PANEL_SCRIPT = `
window.heard = [];
addEventListener("message", (event) => {
  if (event.source !== window.parent || event.data?.type !== "connect" || !event.ports[0]) return;
  window.port = event.ports[0];
  window.connect = { data: event.data, origin: event.origin };
  window.port.onmessage = ({ data }) => {
    window.heard.push(data);
    if (data.type === "open" && data.focus) document.getElementById("field").focus();
  };
  window.say = (message) => window.port.postMessage(message);
  if (!window.silent) window.say({ type: "ready" });
});
addEventListener("keydown", (event) => event.key === "Escape" && window.say({ type: "close_request" }));
`;

export type Heard = { type: string } & Record<string, unknown>;

/** What the panel has heard since its document loaded. */
export const heardBy = (frame: Frame): Promise<Heard[]> => frame.evaluate<Heard[]>("window.heard");

/** Lets the panel say something to the host page. */
export async function say(frame: Frame, message: unknown): Promise<void> {
  await frame.evaluate((said) => {
    (window as unknown as { say(message: unknown): void }).say(said);
  }, message);
}
