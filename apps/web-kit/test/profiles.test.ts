import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sharedBrowser, skipBrowser } from "../testing/index.js";
import { borrowProfile } from "../testing/profiles.js";

const OPTIONS = { locale: "is-IS" };
const KEPT = "[document.cookie, localStorage.length, sessionStorage.length]";
let server: Server;
let origin: string;

beforeAll(async () => {
  server = createServer((_request, response) => response.end("<!doctype html><title>Page</title>"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const borrow = async () => borrowProfile(await sharedBrowser(), origin, OPTIONS);

it.skipIf(skipBrowser)(
  "a profile that comes back is empty, and is used again unless a test asked for its context",
  async () => {
    const first = await borrow();
    const profile = first.visitor.page.context();
    await first.visitor.page.goto(origin);
    await first.visitor.page.evaluate("document.cookie = 'a=1'; localStorage.a = sessionStorage.a = '1'");
    expect(await first.visitor.page.evaluate(KEPT)).toEqual(["a=1", 1, 1]);
    await first.giveBack();

    const second = await borrow();
    expect(second.visitor.page.context()).toBe(profile);
    await second.visitor.page.goto(origin);
    expect(await second.visitor.page.evaluate(KEPT)).toEqual(["", 0, 0]);
    expect(second.visitor.context).toBe(profile);
    await second.giveBack();

    const third = await borrow();
    expect(third.visitor.page.context()).not.toBe(profile);
    await third.giveBack();
  },
);
