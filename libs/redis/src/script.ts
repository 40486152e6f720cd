import { createHash } from "node:crypto";
import type { Redis } from "ioredis";

/** A Lua script that is sent by its hash, and in full when the server does not know it (first use, restart, SCRIPT FLUSH). */
export function createScript(
  lua: string,
): (client: Redis, keys: string[], args: (string | number)[]) => Promise<unknown> {
  const sha = createHash("sha1").update(lua).digest("hex");
  return async (client, keys, args) => {
    try {
      return await client.evalsha(sha, keys.length, ...keys, ...args);
    } catch (error) {
      // NOSCRIPT is the protocol's error code, the first word of the reply.
      if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT ")) throw error;
      return client.eval(lua, keys.length, ...keys, ...args);
    }
  };
}
