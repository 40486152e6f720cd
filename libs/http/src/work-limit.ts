import { AppError } from "@parley/contracts";
import type { Metrics } from "@parley/observability";
import type { HttpApp } from "./http-app.js";
import { hasBody } from "./raw-body.js";
import { createUnfinishedBodies } from "./unfinished-bodies.js";

/** The work of a request with a body. */
interface Work {
  /** Says how to stop when the body is evicted in favour of a newer one. Not a signal, which costs 15 microseconds. */
  onCut(stop: () => void): void;
  /** The body is there: from now on the request counts. Throws `overloaded`. */
  begin(): void;
}

declare module "fastify" {
  interface FastifyRequest {
    work: Work;
  }
}

export interface WorkLimitOptions {
  metrics: Metrics;
  maxInFlight?: number;
  maxUnfinishedBodiesPerAddress?: number;
}

/**
 * Bounds the requests in progress. A request counts from the arrival of its whole body until the end of its response: headers
 * whose body never arrives cost their sender nothing and must not use up this limit. Unfinished bodies have a limit of their own.
 */
export function limitWork(app: HttpApp, options: WorkLimitOptions): void {
  const { metrics, maxInFlight = 2_000, maxUnfinishedBodiesPerAddress = 256 } = options;
  const shed = metrics.counter("http_shed_total", "Requests refused because too many were in work");
  const cut = metrics.counter("http_bodies_cut_total", "Unfinished requests cut because their address had too many");
  const unfinished = createUnfinishedBodies({
    max: maxInFlight,
    maxPerAddress: maxUnfinishedBodiesPerAddress,
    onCut: () => cut.inc(),
  });
  let inFlight = 0;
  const requireCapacity = (): void => {
    if (inFlight < maxInFlight) return;
    shed.inc();
    throw new AppError("overloaded", { retryAfterSeconds: 1 + Math.random() * 2 });
  };

  app.decorateRequest("work");
  app.addHook("onRequest", (request, reply, done) => {
    const { longLived, neverShed, streamsBody } = request.routeOptions.config;
    const counts = !longLived && !neverShed;
    // Streams are many and long: nothing is kept of those that only read.
    if (!counts && !hasBody(request.headers)) return done();
    let release = (): void => undefined;
    const begin = (): void => {
      release();
      release = () => undefined;
      if (!counts) return;
      requireCapacity();
      inFlight += 1;
      release = () => {
        inFlight -= 1;
      };
    };
    reply.raw.once("close", () => release());
    try {
      if (!hasBody(request.headers)) begin();
      else {
        // The body of a request that would be refused is not read.
        if (counts) requireCapacity();
        // A route that reads its body itself is already at work: the end of its connection ends it.
        let stop = (): void => void (streamsBody && request.raw.destroy());
        let evicted = false;
        request.work = {
          begin,
          onCut: (stopReading) => {
            stop = stopReading;
            if (evicted) stop();
          },
        };
        release = unfinished.hold(request.clientBucket, () => {
          evicted = true;
          stop();
        });
        if (streamsBody) request.raw.once("end", () => release());
      }
      done();
    } catch (error) {
      done(error instanceof Error ? error : new AppError("internal", { cause: error }));
    }
  });
}
