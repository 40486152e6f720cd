import { z } from "zod";
import { emailAddress } from "../email-address.js";

const uuid = z.uuid();
const iso = z.string();
const count = z.int().min(0);

const ERASURE_ID = "018f3a5e-7c1b-7d2e-8a4f-000000000007";
const HASH = "5d41402abc4b2a76b9719d911017c5925d41402abc4b2a76b9719d911017c592";

/** Whose data goes: one address in everything of the tenant, or one session. */
export const erasureBody = z
  .strictObject({ email: emailAddress.optional(), session_id: z.string().min(1).max(128).optional() })
  .refine(({ email, session_id: session }) => (email === undefined) !== (session === undefined), {
    message: "must name either email or session_id",
  })
  .meta({
    id: "EraseRequest",
    description: "Whose data is erased: an address, or one session",
    examples: [{ email: "ada@example.com" }],
  });

export const erasureState = z.enum(["waiting", "running", "done"]);

/** Of an address within its tenant or of the id of a session; the key never leaves the server. */
const subject = z.object({ kind: z.enum(["email", "session"]), hash: z.string().describe("Keyed hash") });

const removed = z.record(z.string(), count).describe("Removed rows by kind");

const storeReceipt = z.object({
  store: z.string(),
  removed,
  remaining: count.describe("Data found by the search at `checked_at`"),
  checked_at: iso,
  check: z.string().describe("How the removal was verified"),
});

const RECEIPT_EXAMPLE = {
  version: 1,
  erasure_id: ERASURE_ID,
  tenant_id: "018f3a5e-7c1b-7d2e-8a4f-000000000001",
  subject: { kind: "email", hash: HASH },
  requested_at: "2026-11-01T10:00:00.000Z",
  erased_before: "2026-11-01T10:00:00.000Z",
  done_at: "2026-11-01T10:00:02.000Z",
  stores: [
    {
      store: "sessions",
      removed: { sessions: 2, messages: 14 },
      remaining: 0,
      checked_at: "2026-11-01T10:00:02.000Z",
      check: "Counted what is left of the content of these sessions.",
    },
  ],
  signature: `hmac-sha256:${HASH}`,
};

/** What was removed from which store, how that was checked, and a signature over all of it. */
export const erasureReceipt = z
  .object({
    version: z.literal(1),
    erasure_id: uuid,
    tenant_id: uuid,
    subject,
    requested_at: iso,
    erased_before: iso.describe("Later data was kept: a returning person starts afresh"),
    done_at: iso,
    stores: z.array(storeReceipt),
    signature: z.string().max(200).describe("`hmac-sha256:` and the HMAC over the canonical JSON of everything else"),
  })
  .meta({ id: "ErasureReceipt", description: "Proof of an erasure, store by store", examples: [RECEIPT_EXAMPLE] });

export type ErasureReceipt = z.infer<typeof erasureReceipt>;

const ERASURE_EXAMPLE = {
  id: ERASURE_ID,
  subject: { kind: "email" as const, hash: HASH },
  state: "done" as const,
  cause: "request" as const,
  requested_by: "token:018f3a5e-7c1b-7d2e-8a4f-000000000003",
  requested_at: "2026-11-01T10:00:00.000Z",
  started_at: "2026-11-01T10:00:00.500Z",
  done_at: "2026-11-01T10:00:02.000Z",
  progress: {
    ...{ step: null, steps_done: 14, steps: 14, repeated: 0 },
    removed: { sessions: { sessions: 2, messages: 14 } },
  },
  receipt: RECEIPT_EXAMPLE,
};

export const erasure = z
  .object({
    id: uuid,
    subject,
    state: erasureState,
    /** `restore`: a backup had brought back what was erased before. */
    cause: z.enum(["request", "restore"]),
    requested_by: z.string(),
    requested_at: iso,
    started_at: iso.nullable(),
    done_at: iso.nullable(),
    progress: z.object({
      step: z.string().nullable().describe("Current step; null = none"),
      steps_done: count,
      steps: count,
      /** Searches that found something left, so that the work began again. */
      repeated: count,
      removed: z.record(z.string(), removed).describe("Of each store"),
    }),
    receipt: erasureReceipt.nullable(),
  })
  .meta({
    id: "Erasure",
    description: "An erasure: its progress, and its receipt when done",
    examples: [ERASURE_EXAMPLE],
  });

export type Erasure = z.infer<typeof erasure>;

/** What is there now of what was erased: from a backup, from a copy of a single table. */
export const erasureCheck = z.object({
  checked_at: iso,
  clean: z.boolean(),
  found: z.record(z.string(), removed).describe("By store; empty = nothing has reappeared"),
});

export const checkedErasure = erasure.extend({ check: erasureCheck.optional() }).meta({
  id: "CheckedErasure",
  description: "An erasure, with the result of a new search if requested",
  examples: [
    {
      ...ERASURE_EXAMPLE,
      check: { checked_at: "2026-12-01T10:00:00.000Z", clean: true, found: {} },
    },
  ],
});

/** `unknown_erasure`: genuine, but this database has no such erasure, as after a restore. */
export const receiptVerdict = z
  .object({
    valid: z.boolean(),
    finding: z.enum(["genuine", "altered", "of_another_tenant", "unknown_erasure"]),
    erasure_id: uuid,
  })
  .meta({
    id: "ReceiptVerdict",
    description: "Whether a receipt was signed by this server",
    examples: [{ valid: true, finding: "genuine", erasure_id: ERASURE_ID }],
  });
