import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type OpenOptions, useBench as usePageBench } from "@parley/web-kit/testing";
import type { Frame, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { CSP, type FakeApi, startFakeApi } from "./fake-api.js";

/** What a script of the host page has heard of the panel. */
export type Heard = { type: string } & Record<string, unknown>;

export interface Host {
  page: Page;
  panel: Frame;
  tell(message: Record<string, unknown>): Promise<void>;
  heard(type?: string): Promise<Heard[]>;
}

/** In a frame of our origin nothing may be stored: no cookie is kept, and the stores themselves throw. */
export const BLOCKED_STORAGE = `if (location.hostname === "127.0.0.1") {
  Object.defineProperty(document, "cookie", { get: () => "", set: () => undefined });
  for (const name of ["localStorage", "sessionStorage"])
    Object.defineProperty(window, name, { get: () => { throw new DOMException("denied", "SecurityError"); } });
}`;

/**
 * A page of another site with the panel in it, and the host's end of the bridge. The page of the panel is served at 127.0.0.1; for a
 * browser, localhost is another site.
 */
export function useHost() {
  const bench = usePageBench(join(import.meta.dirname, ".."), startFakeApi);
  let options: OpenOptions = {};
  const site = createServer((_request, response) => {
    const html = "<!doctype html><html lang=en><title>Shop</title><body style='margin:0'></body></html>";
    response.writeHead(200, { "content-type": "text/html" }).end(html);
  });
  beforeAll(() => new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve)));
  afterAll(() => {
    site.closeAllConnections();
    site.close();
  });
  return {
    ...bench,
    async open(given: OpenOptions & { search?: string } = {}, prepare?: (api: FakeApi) => void): Promise<Host> {
      options = given;
      const search = `?frame=widget${given.search ?? ""}`;
      let pageUrl = "";
      const page = await bench.open({
        address: (api) => {
          pageUrl = api.pageUrl;
          options.otherOrigins = [api.url];
          // A server that listens on TCP has an address object, never a pipe name.
          return `http://localhost:${(site.address() as AddressInfo).port}/`;
        },
        options,
        prepare: (api) => {
          api.csp = CSP.replace("frame-ancestors 'self'", "frame-ancestors 'self' http://localhost:*");
          prepare?.(api);
        },
      });
      return embed(page, pageUrl + search);
    },
    /** The visitor comes back to the host page, which says this with its greeting. */
    async again({ page }: Host, introduction: Record<string, unknown>[] = []): Promise<Host> {
      await page.reload();
      return embed(page, `${bench.api().pageUrl}?frame=widget`, introduction);
    },
  };
}

async function embed(page: Page, address: string, introduction: Record<string, unknown>[] = []): Promise<Host> {
  await page.evaluate(
    `new Promise((resolve) => {
      window.heard = [];
      const frame = document.createElement("iframe");
      frame.src = ${JSON.stringify(address)};
      frame.title = "Chat";
      frame.style = "position:fixed;inset:0;width:100%;height:100%;border:0";
      frame.onload = () => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = (event) => window.heard.push(event.data);
        window.port = port1;
        const hello = { parley: 1, type: "connect", origin: location.origin };
        frame.contentWindow.postMessage(hello, new URL(frame.src).origin, [port2]);
        for (const message of ${JSON.stringify(introduction)}) port1.postMessage(message);
        resolve();
      };
      document.body.append(frame);
    })`,
  );
  const [, panel] = page.frames();
  if (!panel) throw new Error("no frame");
  const heard = async (type?: string): Promise<Heard[]> => {
    const all = await page.evaluate<Heard[]>("window.heard");
    return type === undefined ? all : all.filter((message) => message.type === type);
  };
  await expect.poll(async () => (await heard("ready")).length).toBe(1);
  return {
    page,
    panel,
    heard,
    tell: (message) => page.evaluate(`window.port.postMessage(${JSON.stringify(message)})`),
  };
}
