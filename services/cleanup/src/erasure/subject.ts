import type { Secrets } from "@parley/secrets";

/** Whose data goes. */
export type Subject = { kind: "email"; email: string } | { kind: "session"; sessionId: string };

type Hashing = Pick<Secrets, "keyedHash">;

/** What stands for a subject once nobody may know it any more; of an address the pseudonym that other tables know it by. */
export const subjectHash = ({ keyedHash }: Hashing, tenantId: string, subject: Subject): string =>
  subject.kind === "email"
    ? keyedHash(`participant:${tenantId}:${subject.email}`)
    : keyedHash(`erased session:${tenantId}:${subject.sessionId}`);

const aad = (tenantId: string, id: string): string => `erasure:${tenantId}:${id}`;

/** The address or the session's id as a job keeps it until it is done, bound to its row. */
export const sealSubject = (secrets: Pick<Secrets, "seal">, at: { tenantId: string; id: string }, subject: Subject) =>
  secrets.seal(subject.kind === "email" ? subject.email : subject.sessionId, aad(at.tenantId, at.id));

export const openSubject = (secrets: Pick<Secrets, "open">, at: { tenantId: string; id: string }, sealed: string) =>
  secrets.open(sealed, aad(at.tenantId, at.id));
