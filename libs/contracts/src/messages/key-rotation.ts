import { z } from "zod";
import { rpc } from "../declare.js";
import { principal } from "./callers.js";

/** Seals some of what lies under another master key again, from a cursor on (null = from the beginning). Operator-wide callers only. */
export const rotateKeys = rpc(
  "cleanup",
  "rotate_keys",
  "cleanup",
  z.object({ principal, cursor: z.string().nullable() }),
  z.object({
    keyId: z.string(),
    resealed: z.number().int(),
    unreadable: z.number().int(),
    nextCursor: z.string().nullable(),
  }),
  20_000,
);

/** The root of the installation's hashes, sealed under the master key: for a gateway, which has no database. */
export const hashRoot = rpc("links", "hash_root", "links", z.object({}), z.object({ sealed: z.string() }));
