import { z } from "zod";
import { rpc } from "../declare.js";
import { checkedErasure, erasure, erasureReceipt, receiptVerdict } from "../http/erasures.js";
import { principal, repeatableRequest, replayable } from "./callers.js";

const uuid = z.uuid();

/** Exactly one of the two is given. */
const subject = { email: z.string().max(254).optional(), sessionId: z.string().max(128).optional() };

/** Asks for an erasure. Idempotent by the caller's key, and by its subject while an erasure of it is not done. */
export const requestErasure = rpc(
  "cleanup",
  "request_erasure",
  "cleanup",
  z.object({ principal, ...subject, ...repeatableRequest }),
  z.object({ erasure, ...replayable }),
);

/** Newest first. A read. */
export const listErasures = rpc(
  "cleanup",
  "list_erasures",
  "cleanup",
  z.object({ principal, limit: z.int(), cursor: z.string().optional() }),
  z.object({ data: z.array(erasure), nextCursor: z.string().nullable() }),
);

/** One erasure; `check`: search again for what has come back. A read. */
export const getErasure = rpc(
  "cleanup",
  "get_erasure",
  "cleanup",
  z.object({ principal, id: uuid, check: z.boolean() }),
  z.object({ erasure: checkedErasure }),
  15_000,
);

/** Whether a receipt is genuine. A read. */
export const verifyReceipt = rpc(
  "cleanup",
  "verify_receipt",
  "cleanup",
  z.object({ principal, receipt: erasureReceipt }),
  receiptVerdict,
);
