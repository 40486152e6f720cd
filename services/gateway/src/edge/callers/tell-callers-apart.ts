import type { IncomingMessage } from "node:http";
import type { HttpApp } from "@parley/http";

type Storage = ReturnType<Parameters<HttpApp["addConstraintStrategy"]>[0]["storage"]>;

const MANAGEMENT_TOKEN = /^Bearer +ak_/i;

/** Management tokens and signatures mark an operator, anything else a visitor. They are verified later. */
const callerOf = ({ headers }: IncomingMessage): "operator" | undefined => {
  const { authorization, "x-signature": signature } = headers;
  const isOperator = authorization === undefined ? signature !== undefined : MANAGEMENT_TOKEN.test(authorization);
  return isOperator ? "operator" : undefined;
};

/** Allows a route for operators at the same address as one for visitors. */
export function tellCallersApart(app: HttpApp): void {
  app.addConstraintStrategy({
    name: "caller",
    storage: () => {
      const handlers = new Map<unknown, Parameters<Storage["set"]>[1]>();
      return {
        get: (caller: unknown) => handlers.get(caller) ?? null,
        set: (caller: unknown, handler: Parameters<Storage["set"]>[1]) => void handlers.set(caller, handler),
      };
    },
    deriveConstraint: callerOf,
  });
}
