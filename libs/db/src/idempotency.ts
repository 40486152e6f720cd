import { AppError } from "@parley/contracts";
import { sql } from "kysely";
import type { Db, Transaction } from "./connection.js";
import type { Fact } from "./outbox.js";

/** Seals what must not be readable in the table; `Secrets` is one. */
interface Sealing {
  seal(plain: string, aad: string): string;
  open(sealed: string, aad: string): string;
}

/** What a caller repeats a request by. */
export interface Repeatable {
  /** `fingerprint`: equal for equal requests. */
  idempotency?: { key: string; fingerprint: string } | null | undefined;
  /** Of a signed request: an exact replay is the same request, whatever key is put beside it. */
  signature?: string | null | undefined;
}

/** A request by the names under which its answer is kept. */
export interface NamedRequest {
  tenantId: string;
  /** What kind of work; a key counts within it. */
  scope: string;
  repeatable: Repeatable;
  /** Given when the answer holds secrets. */
  sealing?: Sealing;
}

export interface KeyAddress {
  tenantId: string;
  scope: string;
  key: string;
}

/** Owns the keys of requests that belong to no tenant. No tenant can have this id. */
export const OPERATOR_WIDE = "00000000-0000-0000-0000-000000000000";

type Work<T> = () => Promise<{ answer: T; facts: Fact[] }>;
export type Once<T> = T & { replayed: boolean };

/**
 * Does the work of a request once: inside the caller's transaction, so that work, key and answer become true together. A parallel
 * request of the same name waits here until the first transaction ends, and then gets its answer. A request without a name is
 * simply done. Facts are told by the first only.
 * Throws `idempotency_key_reused` when the caller's key stands for another request; nothing is done then.
 */
export async function once<T extends object>(
  trx: Transaction,
  request: NamedRequest,
  work: Work<T>,
): Promise<{ answer: Once<T>; facts: Fact[] }> {
  // Signature before key, always: two requests that share both can not wait for each other.
  const names = namesOf(request);
  const fresh: Name[] = [];
  let stored: string | null = null;
  for (const name of names) {
    const before = await claimKey(trx, { ...addressOf(request, name), fingerprint: name.fingerprint });
    if (before === null) fresh.push(name);
    else stored ??= readAnswer(request, name, before);
  }
  const { answer, facts } = stored === null ? await work() : { answer: parsed<T>(stored), facts: [] };
  const text = stored ?? JSON.stringify(answer);
  for (const name of fresh) await storeAnswer(trx, addressOf(request, name), writtenAnswer(request, name, text));
  return { answer: { ...answer, replayed: stored !== null }, facts };
}

/**
 * The answer that a request has got already, or null. For work that does something before its transaction: a repeat is answered
 * although what that needs is gone by now. Throws `idempotency_key_reused` as `once` does.
 */
export async function recall<T extends object>(db: Db, request: NamedRequest): Promise<Once<T> | null> {
  const names = namesOf(request);
  if (names.length === 0) return null;
  return db.tenant(request.tenantId, async (trx) => {
    for (const name of names) {
      const known = await findKey(trx, addressOf(request, name));
      if (known === null) continue;
      requireSame(known.fingerprint, name.fingerprint);
      if (known.response === null) continue;
      return { ...parsed<T>(readAnswer(request, name, known.response)), replayed: true };
    }
    return null;
  });
}

/** One name of a request. */
export interface Name {
  key: string;
  /** null = the name says it all. */
  fingerprint: string | null;
}

export function namesOf({ repeatable: { idempotency, signature } }: NamedRequest): Name[] {
  const names: Name[] = [];
  if (signature) names.push({ key: `sig:${signature}`, fingerprint: null });
  if (idempotency) names.push(idempotency);
  return names;
}

export const addressOf = ({ tenantId, scope }: NamedRequest, { key }: Name): KeyAddress => ({ tenantId, scope, key });

/** Binds a sealed answer to its key. */
const aadOf = ({ tenantId, scope, key }: KeyAddress): string => `${tenantId}:${scope}:${key}`;

export const writtenAnswer = (request: NamedRequest, name: Name, text: string): StoredAnswer =>
  request.sealing === undefined
    ? { answer: text }
    : { sealed: request.sealing.seal(text, aadOf(addressOf(request, name))) };

export function readAnswer(request: NamedRequest, name: Name, stored: StoredAnswer): string {
  if (stored.answer !== undefined) return stored.answer;
  if (stored.sealed !== undefined && request.sealing)
    return request.sealing.open(stored.sealed, aadOf(addressOf(request, name)));
  // Written by a release that kept something else: refused rather than done twice, until the key is forgotten.
  throw new AppError("idempotency_in_progress");
}

/** Only what the same work of the same scope has written is read here. */
export const parsed = <T>(text: string): T => JSON.parse(text);

/** As text: `json` would keep it byte for byte too, but not without being read on the way. */
interface StoredAnswer {
  answer?: string;
  sealed?: string;
  /** The key that a signature of a long request stands for. */
  alias?: string;
}

export function requireSame(known: string, given: string | null): void {
  if (given !== null && known !== given) throw new AppError("idempotency_key_reused");
}

export async function findKey(
  trx: Transaction,
  at: KeyAddress,
): Promise<{ fingerprint: string; response: StoredAnswer | null } | null> {
  const { rows } = await sql<{ fingerprint: string; response: StoredAnswer | null }>`
    select fingerprint, response from idempotency_keys
     where tenant_id = ${at.tenantId} and scope = ${at.scope} and key = ${at.key}`.execute(trx);
  return rows[0] ?? null;
}

/** True = it is the caller's; waits for a transaction under way that has it. */
async function insertKey(
  trx: Transaction,
  { tenantId, scope, key, fingerprint }: KeyAddress & { fingerprint: string | null },
): Promise<boolean> {
  const { rows } = await sql<{ key: string }>`insert into idempotency_keys (tenant_id, scope, key, fingerprint)
    values (${tenantId}, ${scope}, ${key}, ${fingerprint ?? ""}) on conflict do nothing returning key`.execute(trx);
  return rows.length === 1;
}

/**
 * Remembers that a request was received, for work that keeps no answer of its own. False = it was received before; a parallel
 * request of the same name waits until it is known which came first.
 */
export const claimOnce = (trx: Transaction, at: KeyAddress): Promise<boolean> =>
  insertKey(trx, { ...at, fingerprint: null });

/** As `claimOnce`, but whoever brings the fingerprint of the first again has it still. */
export async function claimBy(trx: Transaction, claim: KeyAddress & { fingerprint: string }): Promise<boolean> {
  return (await insertKey(trx, claim)) || (await findKey(trx, claim))?.fingerprint === claim.fingerprint;
}

/** Null = new, do the work; otherwise what is stored. Throws `idempotency_key_reused`. */
async function claimKey(
  trx: Transaction,
  claim: KeyAddress & { fingerprint: string | null },
): Promise<StoredAnswer | null> {
  if (await insertKey(trx, claim)) return null;
  const known = await findKey(trx, claim);
  if (known !== null) requireSame(known.fingerprint, claim.fingerprint);
  // A key that was forgotten this moment, or one without an answer: another kind of work has it.
  if (!known?.response) throw new AppError("idempotency_in_progress");
  return known.response;
}

export async function storeAnswer(trx: Transaction, at: KeyAddress, stored: StoredAnswer): Promise<void> {
  await sql`update idempotency_keys set response = ${JSON.stringify(stored)}::json
    where tenant_id = ${at.tenantId} and scope = ${at.scope} and key = ${at.key} and response is null`.execute(trx);
}

/** A request whose work takes many transactions, each of which is done once by itself. */
export interface LongRequest<T> {
  /** The answer of a call that came to its end. */
  known: T | null;
  /** Whether an earlier call has begun the work; it may still run, or was broken off. */
  begun: boolean;
  /** One part of the work, for `once`: the same for every call of this request. */
  part(name: string): NamedRequest;
  /** Keeps the answer unless another call was first; answers what is kept. */
  finish(answer: T): Promise<T>;
}

/**
 * Notes a request for work of several transactions. Whoever comes with the same name does what is not done yet, gets what is done,
 * and the same answer in the end. Throws `idempotency_key_reused` as `once` does.
 */
export async function beginLong<T extends object>(db: Db, request: NamedRequest): Promise<LongRequest<T>> {
  const part = (name: string, repeatable: Repeatable) => ({
    ...request,
    scope: `${request.scope}.${name}`,
    repeatable,
  });
  const begun = await db.tenant(request.tenantId, (trx) => begin(trx, request));
  if (begun === null)
    return { known: null, begun: false, part: (name) => part(name, {}), finish: async (answer) => answer };
  const { name, first, stored } = begun;
  const at = addressOf(request, name);
  return {
    known: stored === null ? null : parsed<T>(readAnswer(request, name, stored)),
    begun: !first,
    // The call as a whole was compared; its parts need no fingerprint.
    part: (of) => part(of, { idempotency: { key: name.key, fingerprint: "" } }),
    async finish(answer) {
      const kept = await db.tenant(request.tenantId, async (trx) => {
        await storeAnswer(trx, at, writtenAnswer(request, name, JSON.stringify(answer)));
        return findKey(trx, at);
      });
      return kept?.response ? parsed<T>(readAnswer(request, name, kept.response)) : answer;
    },
  };
}

async function begin(
  trx: Transaction,
  request: NamedRequest,
): Promise<{ name: Name; first: boolean; stored: StoredAnswer | null } | null> {
  const [one, other] = namesOf(request);
  if (one === undefined) return null;
  const claimed = { ...addressOf(request, one), fingerprint: one.fingerprint };
  const first = await insertKey(trx, claimed);
  const known = first ? null : await findKey(trx, claimed);
  if (known !== null) requireSame(known.fingerprint, one.fingerprint);
  const alias = known?.response?.alias;
  if (alias !== undefined) {
    const name = { key: alias, fingerprint: null };
    return { name, first: false, stored: (await findKey(trx, addressOf(request, name)))?.response ?? null };
  }
  if (other === undefined || !first) return { name: one, first, stored: known?.response ?? null };
  // A signed request with a key goes by the key; its signature leads there, whatever key a replay puts beside it.
  await storeAnswer(trx, claimed, { alias: other.key });
  return begin(trx, { ...request, repeatable: { idempotency: request.repeatable.idempotency } });
}
