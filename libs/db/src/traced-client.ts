import { currentTraceparent } from "@parley/observability";
import pg from "pg";

/** The last two digits of a traceparent whose spans are recorded. */
const RECORDED = /-01$/;

/**
 * Writes the trace that a statement serves behind its text, as sqlcommenter does, so that slow statements in the server's log and in
 * pg_stat_activity lead to their trace. Prepared statements stay as they are: another text would be planned anew for each request.
 */
export class TracedClient extends pg.Client {
  // The overloads of the driver: whatever is asked is passed on with all arguments.
  override query(...args: unknown[]): never {
    const [first, ...rest] = args;
    return Reflect.apply(super.query, this, [typeof first === "string" ? withTrace(first) : first, ...rest]) as never;
  }
}

function withTrace(text: string): string {
  const traceparent = currentTraceparent();
  return traceparent !== undefined && RECORDED.test(traceparent) ? `${text} /*traceparent='${traceparent}'*/` : text;
}
