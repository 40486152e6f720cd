import { AppError, type checkPin as contract } from "@parley/contracts";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { pinMatches } from "./pin.js";
import { pinWasRight, takePinTry } from "./repository.js";

/**
 * Checks the PIN of a link. A try is used before anything is compared, so parallel guesses get no extra ones; a correct PIN
 * returns it. Throws `pin_wrong`, `rate_limited` while the address or the whole link has to wait, `link_unavailable`.
 */
export const checkPin =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const { pin, ...at } = input;
    const tried = await takePinTry(deps.db, at);
    switch (tried.status) {
      case "none":
        return { ok: true };
      case "wait":
        throw new AppError("rate_limited", { retryAfterSeconds: tried.seconds, extra: { scope: "pin" } });
      case "open": {
        const pepper = (text: string): string => deps.secrets.keyedHash(text);
        if (!(await pinMatches(pepper, at.linkId, { pin, stored: tried.pin_hash }))) throw new AppError("pin_wrong");
        await pinWasRight(deps.db, at);
        return { ok: true };
      }
    }
  };
