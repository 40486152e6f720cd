import type { Browser, BrowserContext, Page } from "playwright-core";
import { newPage, newVisitor, type OpenOptions, profileOptions, type Visitor } from "./browser.js";

/** A browser profile that tests use one after the other. */
interface Profile {
  /** What it was made with. */
  key: string;
  context: BrowserContext;
  /** Keeps the renderer process while no test has a page: starting one and compiling the product's pages again costs more than a test. */
  empty: Page;
  /** False once a test may have changed it for good, or its process is gone. */
  isReusable: boolean;
}

/** At most so many profiles wait for a test that wants their language, size and colours; each has a process. */
const MOST_IDLE = 3;
const idle: Profile[] = [];

export interface Borrowed {
  visitor: Visitor;
  giveBack(): Promise<void>;
}

/**
 * A visitor whom the page cannot tell from a new one: no cookies, nothing stored at the origin. A test that asks for `context`
 * may change it for good, so its profile is not used again (`page.context()` is not noticed); `origin` must be new for each test.
 */
export async function borrowProfile(browser: Browser, origin: string, options: OpenOptions): Promise<Borrowed> {
  if (options.initScript !== undefined) {
    const visitor = await newVisitor(browser, origin, options);
    return { visitor, giveBack: () => visitor.context.close() };
  }
  const profile = await idleOrNew(browser, options);
  const { context, empty } = profile;
  const visitor: Visitor = {
    ...(await newPage(context, origin, options)),
    get context() {
      profile.isReusable = false;
      return context;
    },
  };
  return {
    visitor,
    giveBack: async () => {
      if (!profile.isReusable || empty.isClosed()) return context.close();
      await Promise.all(context.pages().map((page) => page !== empty && page.close()));
      const session = await context.newCDPSession(empty);
      await session.send("Storage.clearDataForOrigin", { origin, storageTypes: "all" });
      await Promise.all([session.detach(), context.clearCookies()]);
      idle.push(profile);
      if (idle.length > MOST_IDLE) await idle.shift()?.context.close();
    },
  };
}

async function idleOrNew(browser: Browser, options: OpenOptions): Promise<Profile> {
  const wanted = profileOptions(options);
  const key = JSON.stringify(wanted);
  const at = idle.findIndex(
    (profile) =>
      profile.isReusable && profile.key === key && profile.context.browser() === browser && !profile.empty.isClosed(),
  );
  const [found] = at === -1 ? [] : idle.splice(at, 1);
  if (found !== undefined) return found;
  const context = await browser.newContext(wanted);
  const made: Profile = { key, context, empty: await context.newPage(), isReusable: true };
  made.empty.once("crash", () => {
    made.isReusable = false;
  });
  return made;
}
