import type { OpenOptions } from "@parley/web-kit/testing";
import type { Page, Route } from "playwright-core";
import type { Bench } from "./setup.js";

export interface Sent {
  call: string;
  query: URLSearchParams;
  body: unknown;
  /** Its idempotency key. */
  key: string | undefined;
}
/** What the API says to each call, a function is asked each time, `[status, body]` is a refusal. */
export type Answers = Record<string, unknown>;

/** Opens a path of the console where these answers replace the fake API under some surfaces; returns what was sent to those. */
export async function openAnswering(
  bench: Bench,
  path: string,
  { surfaces, answers, ...options }: OpenOptions & { surfaces: readonly string[]; answers: Answers },
): Promise<{ page: Page; sent: Sent[] }> {
  let sent: Sent[] = [];
  const beforeLoad = async (page: Page): Promise<void> => {
    sent = await answering(page, surfaces, answers);
  };
  const page = await bench.open(path, { reducedMotion: true, ...options, beforeLoad });
  return { page, sent };
}

async function answering(page: Page, surfaces: readonly string[], answers: Answers): Promise<Sent[]> {
  const sent: Sent[] = [];
  const answer = async (route: Route): Promise<void> => {
    const request = route.request();
    const url = new URL(request.url());
    const call = `${request.method()} ${decodeURIComponent(url.pathname.slice(4))}`;
    const text = request.postData();
    const body: unknown = text === null ? null : JSON.parse(text);
    sent.push({ call, query: url.searchParams, body, key: request.headers()["idempotency-key"] });
    let said = answers[call];
    if (typeof said === "function") said = said(url.searchParams, body);
    if (said === undefined) return route.fulfill({ status: 404, json: { code: "not_found", detail: `none: ${call}` } });
    if (typeof said === "string") return route.fulfill({ body: said, contentType: "application/octet-stream" });
    const [status, json] = Array.isArray(said) ? said : [200, said];
    await route.fulfill({ status, json });
  };
  for (const surface of surfaces) await page.route(new RegExp(`/api/${surface}(/|\\?|$)`), answer);
  return sent;
}

export const pageOf = (...data: unknown[]) => ({ data, next_cursor: null });
