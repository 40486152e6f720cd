import type { Transaction } from "@parley/db";

/** A transaction bound to one tenant by row level security. */
export type TenantTransaction = Transaction;
