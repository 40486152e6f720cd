import { problem } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { FastifyContextConfig, FastifyReply, FastifyRequest, FastifySchema } from "fastify";
import { z } from "zod";

/** A documented answer that is not JSON: an event stream, a picture, a file. */
export interface MediaAnswer {
  description: string;
  content: Record<string, { schema: z.ZodType }>;
}

/** Everything one route declares. Requests are parsed with these schemas; answers are typed and documented by them. */
export interface RouteSpec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends Answers> {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  summary: string;
  description?: string;
  params?: P;
  query?: Q;
  body?: B;
  /** By status. A handler that returns a value answers with the first one; it sends any other status with `reply`. */
  answers: A;
  config?: FastifyContextConfig | undefined;
  /** Set where the address also has a route for other callers, which documents both; see `tellCallersApart`. */
  caller?: "operator";
  bodyLimit?: number;
}
export type Answers = Record<number, z.ZodType | MediaAnswer>;

/** What a handler may return: the body of an answer, or the reply it has sent itself. */
export type Answer<A extends Answers> =
  | { [S in keyof A]: A[S] extends z.ZodType ? z.output<A[S]> : FastifyReply }[keyof A]
  | FastifyReply;

/** A request as its route's schemas parsed it. */
export interface Call<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly params: z.output<P>;
  readonly query: z.output<Q>;
  readonly body: z.output<B>;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Registers one route, with the tags and the security schemes of its surface. */
export function declareRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends Answers>(
  app: HttpApp,
  surface: Pick<FastifySchema, "tags" | "security" | "querystring">,
  {
    spec,
    onRequest,
    handle,
  }: {
    spec: RouteSpec<P, Q, B, A>;
    onRequest?: ((request: FastifyRequest) => Promise<void>) | undefined;
    handle: (call: Call<P, Q, B>) => Promise<Answer<A>>;
  },
): void {
  const { method, path: url, config = {}, bodyLimit, answers: bodies, caller } = spec;
  const { summary, description, params, query: querystring = surface.querystring, body } = spec;
  // The framework warns about schemas that are present but undefined.
  const schemas = Object.entries({ description, params, querystring, body }).filter(
    ([, schema]) => schema !== undefined,
  );
  const [status = 200] = Object.keys(bodies).map(Number);
  app.route({
    method,
    url,
    config,
    bodyLimit,
    onRequest,
    // A stream has no length, so it does not answer HEAD.
    exposeHeadRoute: config.longLived !== true,
    ...(caller === undefined ? {} : { constraints: { caller } }),
    schema: {
      ...surface,
      summary,
      hide: caller !== undefined,
      ...Object.fromEntries(schemas),
      response: answers(bodies),
    },
    handler: async (request, reply) => {
      // Fastify has parsed all three with the schemas above, but a generic function cannot derive their types.
      const parsed = request as { params: z.output<P>; query: z.output<Q>; body: z.output<B> };
      reply.code(status);
      return handle({ params: parsed.params, query: parsed.query, body: parsed.body, request, reply });
    },
  });
}

const problemAnswer = {
  content: { "application/problem+json": { schema: problem } },
  description: "Problem document",
};

/** Documentation of a route's answers: its successes, and the errors of every route. */
export function answers(successes: Answers): Record<string, unknown> {
  return { ...successes, "4xx": problemAnswer, "5xx": problemAnswer };
}

export const eventStream: MediaAnswer = {
  description: "Event stream",
  content: { "text/event-stream": { schema: z.string() } },
};
export const noContent = z.null().describe("No content");
