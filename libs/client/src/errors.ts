/** One invalid field of a refused request: JSON pointer, violated rule, sentence; never the value. */
export interface FieldProblem {
  pointer: string;
  rule: string;
  message: string;
}

export interface ParleyErrorInit {
  /** HTTP status; 0 when no answer arrived. */
  status: number;
  /** Stable code of docs/errors.md, or `network_error`, `timeout`, `bad_answer` of this client. */
  code: string;
  /** One public sentence. */
  detail: string;
  errors?: FieldProblem[];
  requestId?: string | null;
  retryAfterSeconds?: number | null;
  cause?: unknown;
}

/**
 * Every failure of this package except an abort by the caller. Decide by `code`; sentences may change. `message` is the sentence of
 * `detail`; of a 422 with `errors` it names the first field and how many more are wrong.
 */
export class ParleyError extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: FieldProblem[];
  readonly requestId: string | null;
  /** Seconds after which a repeat makes sense; null = not given by the server. */
  readonly retryAfterSeconds: number | null;

  constructor(init: ParleyErrorInit) {
    super(messageOf(init), init.cause === undefined ? undefined : { cause: init.cause });
    this.name = "ParleyError";
    this.status = init.status;
    this.code = init.code;
    this.detail = init.detail;
    this.errors = init.errors ?? [];
    this.requestId = init.requestId ?? null;
    this.retryAfterSeconds = init.retryAfterSeconds ?? null;
  }
}

function messageOf({ status, detail, errors = [] }: ParleyErrorInit): string {
  const [first, ...more] = errors;
  if (status !== 422 || first === undefined) return detail;
  return `${fieldOf(first.pointer)}: ${first.message}${more.length === 0 ? "" : ` (and ${more.length} more)`}`;
}

/** `/budget/max_cost` → `budget.max_cost`; other names (`query/limit`) are not members of the body and stay as they are. */
function fieldOf(pointer: string): string {
  if (!pointer.startsWith("/")) return pointer || "body";
  const members = pointer.slice(1).split("/");
  return members.map((member) => member.replaceAll("~1", "/").replaceAll("~0", "~")).join(".");
}

/** A problem document (RFC 9457), or whatever a proxy answered instead of one, as an error. */
export function problemError(status: number, problem: unknown, headers?: Headers): ParleyError {
  const fields = isRecord(problem) ? problem : {};
  const header = Number(headers?.get("retry-after") ?? Number.NaN);
  const inBody = typeof fields.retry_after === "number" ? fields.retry_after : null;
  return new ParleyError({
    status: status !== 200 ? status : numberOr(fields.status, 500),
    code: textOr(fields.code, `http_${status}`),
    detail: textOr(fields.detail, `The server answered with status ${status}.`),
    errors: Array.isArray(fields.errors) ? fields.errors.filter(isFieldProblem) : [],
    requestId: textOr(fields.request_id, headers?.get("x-request-id") ?? "") || null,
    retryAfterSeconds: Number.isFinite(header) && header >= 0 ? header : inBody,
  });
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const textOr = (value: unknown, other: string): string => (typeof value === "string" ? value : other);
const numberOr = (value: unknown, other: number): number => (typeof value === "number" ? value : other);
const isFieldProblem = (value: unknown): value is FieldProblem =>
  isRecord(value) && [value.pointer, value.rule, value.message].every((part) => typeof part === "string");
