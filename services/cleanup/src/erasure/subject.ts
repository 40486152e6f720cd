import type { Secrets } from "@parley/secrets";

/** The subject whose data is erased. */
export type Subject = { kind: "email"; email: string } | { kind: "session"; sessionId: string };

type Hashing = Pick<Secrets, "keyedHash">;

/** Stands for a subject once it must no longer be known; for an address the pseudonym used by other tables. */
export const subjectHash = ({ keyedHash }: Hashing, tenantId: string, subject: Subject): string =>
  subject.kind === "email"
    ? keyedHash(`participant:${tenantId}:${subject.email}`)
    : keyedHash(`erased session:${tenantId}:${subject.sessionId}`);

const aad = (tenantId: string, id: string): string => `erasure:${tenantId}:${id}`;

/** The address or the session's id as stored until the erasure is done, bound to its row. */
export const sealSubject = (secrets: Pick<Secrets, "seal">, at: { tenantId: string; id: string }, subject: Subject) =>
  secrets.seal(subject.kind === "email" ? subject.email : subject.sessionId, aad(at.tenantId, at.id));

export const openSubject = (secrets: Pick<Secrets, "open">, at: { tenantId: string; id: string }, sealed: string) =>
  secrets.open(sealed, aad(at.tenantId, at.id));
