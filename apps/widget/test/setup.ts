import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { builtPage, closeProfiles, screenshotsIn, sharedBrowser } from "@parley/web-kit/testing";
import type { Browser, BrowserContext, Frame, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { PANEL_HTML, PANEL_SCRIPT } from "./panel-page.js";

export const screenshot = screenshotsIn("widget");
export const LINK = "pl_abcdefghijkl_0123456789ABCDEFGHIJKLMNOPQRSTUVabcdef";

/** The server of the chat, as far as the widget knows it, at another site than the host page. */
export interface Backend {
  url: string;
  /** Sites that may frame the panel; null = all. */
  framers: string | null;
  /** What `GET /api/public/embed/…` answers; null = nothing at all. */
  embed: { status: number; body: unknown } | null;
  /** Paths that were asked for, in order. */
  asked: string[];
  questions: { origin: string | undefined }[];
  close(): Promise<void>;
}

/** A page of somebody's site. */
export interface HostPage {
  html: string;
  headers?: Record<string, string>;
}

export interface Opened {
  page: Page;
  context: BrowserContext;
  backend: Backend;
  /** Violations of policies that the browser reported, errors of scripts, errors in the console. */
  trouble: string[];
}

export interface OpenOptions {
  width?: number;
  height?: number;
  locale?: string;
  dark?: boolean;
  forcedColors?: boolean;
  /** Runs before the page's own scripts. */
  initScript?: string;
  prepare?: (backend: Backend) => void;
}

/** Tests that look into the shadow root open it; all others see what a host page sees. */
export const OPEN_SHADOW = `(() => {
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (init) { return attach.call(this, { ...init, mode: "open" }); };
})();`;

export const plain = (attributes = `data-link="${LINK}"`, more = ""): ((backend: Backend) => HostPage) => {
  return ({ url }) => ({
    html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Shop</title></head><body><main><h1>Shop</h1><p>Words of the shop.</p><button id="first">First</button>${more}</main>
<script src="${url}/widget.js" ${attributes}></script></body></html>`,
  });
};

export const run = (page: Page, script: string): Promise<unknown> => page.evaluate(script);

/** Until the page has nothing to do. */
export const quiet = (page: Page): Promise<unknown> =>
  run(
    page,
    "new Promise((resolve) => requestIdleCallback(() => requestAnimationFrame(() => setTimeout(resolve, 100))))",
  );

/** A page of somebody's site without the widget. */
export const bare = ({ url }: Backend): HostPage => ({
  html: plain()({ url } as Backend).html.replace(/<script.*<\/script>/, ""),
});

/** Each test has a server, a host site and a browser profile of its own. */
export function useHosts() {
  let browser: Browser | undefined;
  let script = "";
  const closers: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    script = readFileSync(join(await builtPage(join(import.meta.dirname, "..")), "widget.js"), "utf8");
    browser = await sharedBrowser();
  }, 120_000);
  afterAll(() => closeProfiles(browser));
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  });
  return {
    script: () => script,
    async open(host: (backend: Backend) => HostPage, options: OpenOptions = {}): Promise<Opened> {
      const backend = await startBackend(script);
      options.prepare?.(backend);
      const shown = host(backend);
      const site = await listen((_request, response) => {
        response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...shown.headers });
        response.end(shown.html);
      });
      const context = await (browser as Browser).newContext({
        viewport: { width: options.width ?? 1100, height: options.height ?? 800 },
        colorScheme: options.dark ? "dark" : "light",
        forcedColors: options.forcedColors ? "active" : "none",
        locale: options.locale ?? "en-GB",
      });
      if (options.initScript !== undefined) await context.addInitScript(options.initScript);
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      const trouble: string[] = [];
      page.on("pageerror", ({ message }) => trouble.push(message));
      page.on("console", (message) => message.type() === "error" && trouble.push(message.text()));
      await page.addInitScript(() => {
        // A test that sends this word knows afterwards that everything sent before it has arrived.
        addEventListener("message", ({ data }) => data === "mark" && Object.assign(window, { marked: true }));
        document.addEventListener("securitypolicyviolation", (event) =>
          console.error(`violation: ${event.effectiveDirective} ${event.blockedURI}`),
        );
      });
      closers.push(backend.close, site.close, () => context.close());
      // The backend is at 127.0.0.1: for a browser, localhost is another site.
      await page.goto(site.url.replace("127.0.0.1", "localhost"));
      return { page, context, backend, trouble };
    },
  };
}

/** The frame of the panel, as soon as it has heard the handshake. */
export async function panelOf({ page, backend }: Opened, index = 0): Promise<Frame> {
  const frames = () => page.frames().filter((frame) => frame.url().startsWith(`${backend.url}/public/chat/`));
  await expect.poll(() => frames().length).toBeGreaterThan(index);
  const frame = frames()[index] as Frame;
  await frame.waitForFunction("window.port !== undefined");
  return frame;
}

async function startBackend(script: string): Promise<Backend> {
  const { url, close } = await listen((request, response) => answer(backend, script, request, response));
  const backend: Backend = {
    url,
    framers: null,
    embed: { status: 200, body: { allowed: true, code: null } },
    asked: [],
    questions: [],
    close,
  };
  return backend;
}

function answer(backend: Backend, script: string, request: IncomingMessage, response: ServerResponse): void {
  const path = new URL(request.url ?? "/", backend.url).pathname;
  backend.asked.push(path);
  const isolated = {
    "cross-origin-resource-policy": "cross-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cache-control": "no-store",
  };
  if (path === "/widget.js") {
    response.writeHead(200, { "content-type": "text/javascript", ...isolated }).end(script);
  } else if (path === "/panel.js") {
    response.writeHead(200, { "content-type": "text/javascript", ...isolated }).end(PANEL_SCRIPT);
  } else if (path.startsWith("/public/chat/")) {
    const csp = backend.framers === null ? {} : { "content-security-policy": `frame-ancestors ${backend.framers}` };
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...isolated, ...csp }).end(PANEL_HTML);
  } else if (path.startsWith("/api/public/embed/")) {
    backend.questions.push({ origin: request.headers.origin });
    if (backend.embed === null) return void response.destroy();
    const headers = { "content-type": "application/json", "access-control-allow-origin": "*" };
    response.writeHead(backend.embed.status, headers).end(JSON.stringify(backend.embed.body));
  } else response.writeHead(404).end();
}

async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    // A server that listens on TCP has an address object, never a pipe name.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
