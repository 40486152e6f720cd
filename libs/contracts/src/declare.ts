import type { z } from "zod";

/**
 * Message declarations. Each message is declared once with schema, subject, delivery and version; both ends are typed from it.
 * Subject form: `<domain>.v<major>.<kind>.<name>[.<key>]`; the key is last and one token.
 */
export interface RpcContract<Req extends z.ZodType = z.ZodType, Res extends z.ZodType = z.ZodType> {
  kind: "rpc";
  subject: string;
  /** The service that answers; also the queue group. */
  service: string;
  request: Req;
  response: Res;
  /** Default deadline of a call in milliseconds. */
  deadlineMs: number;
}

/** A hint for one worker that the database holds work for it. Never stored; may carry text. */
export interface WorkContract<S extends z.ZodType = z.ZodType> {
  kind: "work";
  /** Without the key: `turns.v1.work.run`. */
  subject: string;
  /** The service that works; also the queue group. */
  service: string;
  schema: S;
}

/** A fact in the past participle, stored in EVENTS. Ids only, no text. */
export interface EventContract<S extends z.ZodType = z.ZodType> {
  kind: "event";
  subject: string;
  schema: S;
}

/** Never stored (core publish); may carry text. */
export interface LiveContract<S extends z.ZodType = z.ZodType> {
  kind: "live";
  subject: string;
  /** The key names the one process that listens. */
  toOne: boolean;
  schema: S;
}

export const rpc = <Req extends z.ZodType, Res extends z.ZodType>(
  domain: string,
  name: string,
  service: string,
  request: Req,
  response: Res,
  deadlineMs = 5_000,
): RpcContract<Req, Res> => ({
  kind: "rpc",
  subject: `${domain}.v1.rpc.${name}`,
  service,
  request,
  response,
  deadlineMs,
});

export const work = <S extends z.ZodType>(
  domain: string,
  name: string,
  service: string,
  schema: S,
): WorkContract<S> => ({ kind: "work", subject: `${domain}.v1.work.${name}`, service, schema });

export const event = <S extends z.ZodType>(domain: string, name: string, schema: S): EventContract<S> => ({
  kind: "event",
  subject: `${domain}.v1.event.${name}`,
  schema,
});

export const live = <S extends z.ZodType>(
  domain: string,
  name: string,
  schema: S,
  { toOne = false }: { toOne?: boolean } = {},
): LiveContract<S> => ({
  kind: "live",
  subject: `${domain}.v1.live.${name}`,
  toOne,
  schema,
});
