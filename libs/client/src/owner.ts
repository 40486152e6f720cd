import type { Operations } from "./operations.js";
import { type Call, type ConnectionOptions, createTransport, newId, type Transport } from "./transport.js";

export type OperationName = keyof Operations;

/** Operations whose answer is JSON. */
export type JsonOperation = {
  [N in OperationName]: Operations[N] extends { answer: unknown } ? N : never;
}[OperationName];

/** Paged operations. */
export type ListOperation = {
  [N in OperationName]: Operations[N] extends { answer: { data: unknown[]; next_cursor: string | null } } ? N : never;
}[OperationName];

export type Answer<N extends JsonOperation> = Operations[N]["answer"];
export type Item<N extends ListOperation> = Answer<N>["data"][number];

export interface OwnerOptions {
  /** For operations that take one: the same key and body get the same answer for 24 hours; default a random one, kept for all tries. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/** The input of an operation: `path`, `query` and `body`, as far as it has them. */
export type Input<N extends OperationName> = Omit<Operations[N], "answer" | "file"> & OwnerOptions;
/** Optional when no input is needed. */
type Inputs<N extends OperationName> = Record<never, never> extends Input<N> ? [input?: Input<N>] : [input: Input<N>];

/** Every call open to a token or a key, by method and path. Each throws `ParleyError`, or the reason of its signal. */
export interface OwnerCalls {
  call<N extends JsonOperation>(operation: N, ...input: Inputs<N>): Promise<Answer<N>>;
  /** All entries, fetched page by page on demand. */
  list<N extends ListOperation>(operation: N, ...input: Inputs<N>): AsyncGenerator<Item<N>>;
  /** For answers that are files or streams; a failure inside `consume` is retried like that of a call. */
  open<N extends OperationName, T>(
    operation: N,
    input: Input<N>,
    consume: (response: Response) => Promise<T>,
  ): Promise<T>;
}

export interface OwnerClient extends OwnerCalls {
  transport: Transport;
}

/** A client of the management API for the holder of a token (`ak_…`). Throws at once when the address is no URL or the token is empty. */
export function createOwnerClient({ token, ...connection }: ConnectionOptions & { token: string }): OwnerClient {
  if (token === "") throw new TypeError("token is empty");
  const transport = createTransport({ ...connection, credentials: { type: "token", token } });
  return { transport, ...createOwnerCalls(transport) };
}

interface AnyInput extends OwnerOptions {
  path?: Record<string, unknown>;
  query?: Call["query"];
  body?: unknown;
}

interface Page {
  data: never[];
  next_cursor: string | null;
}

export function createOwnerCalls(transport: Transport): OwnerCalls {
  const json = async (operation: string, input: AnyInput = {}) => transport.json<never>(callOf(operation, input));
  return {
    call: (operation, ...[input]) => json(operation, input),
    async *list(operation, ...[given]) {
      const input: AnyInput = { ...given };
      let cursor = input.query?.cursor;
      do {
        const page: Page = await json(operation, { ...input, query: { ...input.query, cursor } });
        yield* page.data;
        cursor = page.next_cursor ?? undefined;
      } while (cursor);
    },
    open: async (operation, input, consume) => transport.open(callOf(operation, input), consume),
  };
}

/** Fills in an operation like `PATCH /api/users/{id}`. Throws `TypeError` for a path parameter that is missing or empty. */
function callOf(operation: string, { path = {}, query, body, signal, idempotencyKey }: AnyInput): Call {
  const [method, template] = operation.split(" ") as [Call["method"], string];
  const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const part = String(path[name] ?? "");
    if (part === "") throw new TypeError(`path.${name} is missing`);
    return encodeURIComponent(part);
  });
  // Operations without a key are idempotent by state or only compute.
  const headers = method === "POST" ? { "idempotency-key": idempotencyKey ?? newId() } : undefined;
  return { method, path: filled, query, body, headers, signal } as Call;
}
