import { AppError, readEvents, type SessionAccess } from "@parley/contracts";
import { ExpiringMap } from "../expiring-map.js";
import { type FeedDeps, LOG_PAGE, type LogPage, SessionFeed } from "./session-feed.js";

/** The feeds of this gateway, and who may read them. */
export interface SessionFeeds {
  /**
   * The feed of a session for a caller who may read it. A caller's access is checked once per second, however often it connects,
   * and concurrent callers share one request. Throws the access errors of the session.
   */
  open(access: SessionAccess, linkId: string | null, after: number): Promise<SessionFeed>;
  /** Looks at the log again for a caller that is ahead of the feed; concurrent callers share the look. */
  lookAgain(feed: SessionFeed, access: SessionAccess): Promise<void>;
  /** Drops the cached access of this link's readers. */
  forgetLink(linkId: string): void;
  /** The session has ended: new readers are answered from the log. */
  sessionEnded(sessionId: string): void;
  /** Closes feeds that nobody reads and drops old events. */
  sweep(): void;
  close(): void;
  readonly size: number;
}

/** How long a withdrawn right may still open a stream. */
const GRANT_MS = 1_000;
/** How long a feed waits for readers to return, and how long the session of a token is cached. */
const LINGER_MS = 10_000;
const MAX_GRANTS = 50_000;
const MAX_TRIES = 5;

interface Grant {
  sessionId: string;
  linkId: string | null;
  /** Monotonic milliseconds. */
  freshUntil: number;
}

interface Question {
  page: Promise<LogPage>;
  after: number;
  /** False once the answer may be outdated: it then grants no access. */
  valid: boolean;
  linkId: string | null;
}

export function createSessionFeeds(deps: FeedDeps): SessionFeeds {
  const feeds = new Map<string, { feed: SessionFeed; loaded: Promise<void> }>();
  const grants = new ExpiringMap<string, Grant>({ ttlMs: LINGER_MS, maxEntries: MAX_GRANTS });
  const questions = new Map<string, Question>();
  const looks = new Map<SessionFeed, Promise<void>>();

  const drop = (feed: SessionFeed): void => {
    if (feeds.get(feed.sessionId)?.feed === feed) feeds.delete(feed.sessionId);
    feed.close();
  };

  const usable = (sessionId: string): { feed: SessionFeed; loaded: Promise<void> } | undefined => {
    const entry = feeds.get(sessionId);
    if (entry === undefined || (!entry.feed.closed && !entry.feed.over)) return entry;
    // Its readers get the end; new readers are answered from the log.
    feeds.delete(sessionId);
    return undefined;
  };

  const ask = (key: string, question: { access: SessionAccess; linkId: string | null; after: number }): Question => {
    const { access, linkId, after } = question;
    const askedAt = performance.now();
    const page = deps.bus.call(readEvents, { access, after, limit: LOG_PAGE });
    const asked: Question = { page, after, valid: true, linkId };
    questions.set(key, asked);
    const over = (): void => {
      if (questions.get(key) === asked) questions.delete(key);
    };
    page.then(({ sessionId }) => {
      over();
      if (asked.valid) grants.set(key, { sessionId, linkId, freshUntil: askedAt + GRANT_MS });
    }, over);
    return asked;
  };

  const start = async (page: LogPage, after: number, access: SessionAccess): Promise<SessionFeed> => {
    const known = usable(page.sessionId);
    if (known !== undefined) {
      await known.loaded;
      known.feed.apply(page, after);
      return known.feed;
    }
    const feed = new SessionFeed(deps, page, after);
    const loaded = feed.load(access);
    feeds.set(page.sessionId, { feed, loaded });
    await loaded.catch((error: unknown) => {
      drop(feed);
      throw error;
    });
    return feed;
  };

  return {
    async open(access, linkId, after) {
      const key = keyOf(access);
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const grant = grants.get(key);
        const known = grant === undefined ? undefined : usable(grant.sessionId);
        if (grant !== undefined && known !== undefined && grant.freshUntil > performance.now()) {
          await known.loaded;
          if (!known.feed.closed) return known.feed;
        }
        const from = known?.feed.tail.head ?? after;
        const question = questions.get(key) ?? ask(key, { access, linkId, after: from });
        const page = await question.page;
        if (!question.valid) continue;
        const feed = await start(page, question.after, access);
        if (!feed.closed) return feed;
      }
      throw new AppError("overloaded", { retryAfterSeconds: 1, internal: "the log changes while it is read" });
    },
    lookAgain(feed, access) {
      const after = feed.tail.head;
      const look =
        looks.get(feed) ??
        deps.bus
          .call(readEvents, { access, after, limit: LOG_PAGE })
          .then((page) => void feed.apply(page, after))
          .finally(() => looks.delete(feed));
      looks.set(feed, look);
      return look;
    },
    forgetLink(linkId) {
      grants.deleteWhere((grant) => grant.linkId === linkId);
      for (const [key, question] of questions)
        if (question.linkId === linkId) {
          question.valid = false;
          questions.delete(key);
        }
    },
    sessionEnded(sessionId) {
      const entry = feeds.get(sessionId);
      if (entry !== undefined && entry.feed.emptySince !== null) drop(entry.feed);
    },
    sweep() {
      const now = performance.now();
      for (const { feed } of feeds.values()) {
        feed.tail.trim(now);
        if (feed.emptySince !== null && now - feed.emptySince > LINGER_MS) drop(feed);
      }
    },
    close() {
      for (const { feed } of feeds.values()) drop(feed);
    },
    get size() {
      return feeds.size;
    },
  };
}

/** Identifies callers; never leaves the memory of this process. */
function keyOf(access: SessionAccess): string {
  switch (access.type) {
    case "hmac":
      return `hmac ${access.tenantId} ${access.sessionId}`;
    case "visitor":
      return `visitor ${access.tenantId} ${access.linkId} ${access.tokenId} ${access.secret}`;
  }
}
