import { turnIdOf } from "@parley/contracts";
import type { TakenLease } from "./take-lease.js";
import type { WorkerDeps } from "./worker-deps.js";

interface HeldLease {
  /** Aborted when the lease is lost or the runner stops. */
  signal: AbortSignal;
  lost(): boolean;
  stop(): void;
}

/**
 * Keeps a lease while its session is worked on: extends it after 30 % of its length. When the database reports that the lease was lost, the
 * current work is aborted, because its commit would be refused. The answer also names turns to stop, in case the message about it was
 * lost. While the database is unreachable the state is unknown, and the fence decides.
 */
export function holdLease(
  deps: Pick<WorkerDeps, "config" | "repository" | "stops">,
  ref: { tenantId: string; sessionId: string },
  { session: { fence, conversation_id }, leaseMs }: TakenLease,
  parent: AbortSignal,
): HeldLease {
  const own = new AbortController();
  let lost = false;
  // One listener instead of AbortSignal.any(): every wake-up creates a worker.
  const stopped = (): void => own.abort(parent.reason);
  if (parent.aborted) stopped();
  else parent.addEventListener("abort", stopped, { once: true });
  const after = (ms: number): NodeJS.Timeout => setTimeout(keep, ms * 0.3);
  let timer = after(leaseMs);
  function keep(): void {
    timer = after(deps.config.LEASE_MS);
    deps.repository.keep(ref.tenantId, ref.sessionId, fence, deps.config.LEASE_MS).then(
      (held) => {
        for (const seq of held?.stop ?? []) deps.stops.ask(turnIdOf(conversation_id, seq));
        if (held) return;
        lost = true;
        own.abort(new Error("the lease has moved on"));
      },
      () => undefined,
    );
  }
  return {
    signal: own.signal,
    lost: () => lost,
    stop() {
      clearTimeout(timer);
      parent.removeEventListener("abort", stopped);
    },
  };
}
