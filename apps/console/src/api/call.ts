import { type Problem, readProblem, UNREACHABLE } from "./problem.js";

export type Answer<T> = { type: "ok"; value: T } | Problem;

interface Call {
  method?: string;
  body?: unknown;
  /** In place of a JSON body. */
  form?: FormData;
  headers?: Record<string, string>;
  /** Of the answer; JSON unless it is an image or a file. */
  format?: "json" | "text" | "file";
  /** For long calls; default 20 s. */
  timeoutMs?: number;
}
/** Calls a path of the API. `T` is the caller's claim, fixed by the contract of the path. */
export type Caller = <T>(path: string, call?: Call) => Promise<Answer<T>>;

export interface CallerOptions {
  /** Token, if the user signed in with one; otherwise the session cookie is sent. */
  token(): string | null;
  /** Whether a user's session is known to be live. */
  hasSession?(): boolean;
  /** Called for each 401 of that token or session. */
  onRefusedToken(): void;
}

const TIMEOUT_MS = 20_000;

const READERS = {
  json: (response: Response): Promise<unknown> => response.json().catch(() => null),
  text: (response: Response): Promise<unknown> => response.text(),
  file: (response: Response): Promise<unknown> => response.blob(),
};

/** The credential that a refusal concerns: the token, "" for a session, null when signed out. */
const holder = (options: CallerOptions): string | null => options.token() ?? (options.hasSession?.() ? "" : null);

export function createCaller(options: CallerOptions): Caller {
  return async <T>(
    path: string,
    { method = "GET", body, form, headers, format = "json", timeoutMs = TIMEOUT_MS }: Call = {},
  ): Promise<Answer<T>> => {
    const before = holder(options);
    const token = options.token();
    try {
      const response = await fetch(`/api${path}`, {
        method,
        // A token is the only credential then: a cookie of this origin must not decide anything.
        credentials: token === null ? "same-origin" : "omit",
        cache: "no-store",
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          accept: format === "json" ? "application/json" : "*/*",
          // The header distinguishes a call of this page from one that another site makes with the cookie.
          ...(token === null ? { "x-parley-console": "1" } : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(form === undefined ? {} : { body: form }),
      });
      const answer: unknown = response.ok ? await READERS[format](response) : await READERS.json(response);
      // Not validated: the server that sent the console follows its own contract; a proxy's page is no JSON.
      if (response.ok && answer !== null) return { type: "ok", value: answer as T };
      // A refusal of a token that was replaced meanwhile says nothing about the new one, nor does one after signing out.
      if (response.status === 401 && before !== null && before === holder(options)) options.onRefusedToken();
      return readProblem(response.status, answer, response.headers.get("x-request-id"));
    } catch {
      return UNREACHABLE;
    }
  };
}
