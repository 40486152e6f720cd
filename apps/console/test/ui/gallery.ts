import type { ServerResponse } from "node:http";
import { join } from "node:path";
import {
  axeFindings,
  type OpenOptions,
  useBench as pageBench,
  problem,
  sendJson,
  servePage,
} from "@parley/web-kit/testing";
import type { Page } from "playwright-core";
import { CSP } from "../fake-api.js";

const ROWS = 120;
const PAGE = 50;

export interface GalleryServer {
  url: string;
  /** How often each counted path was asked. */
  counts: Map<string, number>;
  /** Streams of facts that are open. */
  streams: Set<ServerResponse>;
  /** Which of the rows the server has; all of them unless told. */
  has: (row: number) => boolean;
  /** Answers to counted paths are held back until this is over. */
  held: Promise<void>;
  close(): Promise<void>;
}

async function startGallery(dist: string): Promise<GalleryServer> {
  const counts = new Map<string, number>();
  const streams = new Set<ServerResponse>();
  const server = await servePage({
    dist,
    assets: "/assets/gallery/",
    csp: () => CSP,
    api: (_request, response, { pathname, searchParams }) => {
      const count = (counts.get(pathname) ?? 0) + 1;
      counts.set(pathname, count);
      if (pathname === "/api/events") {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write("retry: 50\nevent: ready\ndata: {}\n\n");
        streams.add(response);
        response.on("close", () => streams.delete(response));
        return;
      }
      if (pathname === "/api/rows") {
        const all = Array.from({ length: ROWS }, (_, row) => row).filter(
          (row) => gallery.has(row) && (searchParams.get("state") !== "failed" || row % 3 === 0),
        );
        const from = Number(searchParams.get("cursor") ?? 0);
        const next = from + PAGE < all.length ? String(from + PAGE) : null;
        return sendJson(response, 200, { data: all.slice(from, from + PAGE), next_cursor: next }, { checked: false });
      }
      if (pathname === "/api/things") {
        const errors = [
          { pointer: "/budget/max_cost", message: "must be at most 3" },
          { pointer: "/secret", message: "is not known" },
        ];
        return problem(response, { status: 422, code: "validation_failed", detail: "Some fields are wrong.", errors });
      }
      void gallery.held.then(() => sendJson(response, 200, count, { checked: false }));
    },
  });
  const gallery: GalleryServer = {
    url: server.url,
    counts,
    streams,
    has: () => true,
    held: Promise.resolve(),
    close: server.close,
  };
  return gallery;
}

/**
 * What axe finds while a popup is open. A popup stands at the end of the document, in no landmark, and the page behind it is hidden
 * from screen readers until it closes: Tab closes it first, so what is hidden cannot take the focus.
 */
export async function findingsBesidePopup(page: Page): Promise<string[]> {
  const findings = await axeFindings(page);
  return findings.filter((finding) => !/^(region|aria-hidden-focus|page-has-heading-one):/.test(finding));
}

/** The page of the kit's parts, under the console's own content security policy. */
export function galleryBench() {
  const bench = pageBench(join(import.meta.dirname, "gallery"), startGallery);
  return {
    ...bench,
    open: (
      path: string,
      { prepare, ...options }: OpenOptions & { prepare?: (api: GalleryServer) => void } = {},
    ): Promise<Page> => bench.open({ address: ({ url }) => url + path, options, prepare }),
  };
}
