import { type Problem, readProblem, UNREACHABLE } from "./problem.js";

export type Answer<T> = { type: "ok"; value: T } | Problem;

export interface Call {
  method?: string;
  body?: unknown;
  /** In place of a JSON body. */
  form?: FormData;
  headers?: Record<string, string>;
  /** Of the answer; JSON unless it is a picture or a file. */
  format?: "json" | "text";
  /** For calls that do much; 20 s unless told. */
  timeoutMs?: number;
}
/** Calls a path of the API. `T` is the caller's word, fixed by the contract of the path. */
export type Caller = <T>(path: string, call?: Call) => Promise<Answer<T>>;

export interface CallerOptions {
  /** Token of whoever is signed in. */
  token(): string | null;
  /** Called for each 401 of that token. */
  onRefusedToken(): void;
}

const TIMEOUT_MS = 20_000;

export function createCaller(options: CallerOptions): Caller {
  return async <T>(
    path: string,
    { method = "GET", body, form, headers, format = "json", timeoutMs = TIMEOUT_MS }: Call = {},
  ): Promise<Answer<T>> => {
    const token = options.token();
    try {
      const response = await fetch(`/api${path}`, {
        method,
        // The token is the only credential: a cookie of this origin must not decide anything here.
        credentials: "omit",
        cache: "no-store",
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          accept: format === "json" ? "application/json" : "*/*",
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(form === undefined ? {} : { body: form }),
      });
      const answer: unknown =
        response.ok && format === "text" ? await response.text() : await response.json().catch(() => null);
      // The parse edge: the server that sent the console answers by its own contract; a proxy's page is no JSON.
      if (response.ok && answer !== null) return { type: "ok", value: answer as T };
      // A refusal of a token that was replaced meanwhile says nothing about the new one, nor does one after signing out.
      if (response.status === 401 && token !== null && token === options.token()) options.onRefusedToken();
      return readProblem(response.status, answer, response.headers.get("x-request-id"));
    } catch {
      return UNREACHABLE;
    }
  };
}
