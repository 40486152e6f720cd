import { z } from "zod";
import { rpc } from "../declare.js";
import { principal } from "./callers.js";

/** What is held, in the names of its store: it is shown to the person as it is, and nothing else reads it. */
const record = z.record(z.string(), z.unknown());
/** `email` in its one spelling, as `emailAddress` makes it. */
const ofPerson = { principal, email: z.string() };
const cursor = z.string().optional();
const nextCursor = z.string().nullable();

/** Sessions of an address in the order they began, with everything but the messages and the bytes of files. Admins. */
export const exportSessions = rpc(
  "sessions",
  "export_person",
  "sessions",
  z.object({ ...ofPerson, cursor }),
  z.object({
    data: z.array(
      z.object({ session_id: z.string(), file_ids: z.array(z.object({ id: z.uuid(), name: z.string() })), record }),
    ),
    nextCursor,
  }),
  15_000,
);

/** Messages of a session, oldest first, those behind `after`. Admins. */
export const exportMessages = rpc(
  "sessions",
  "export_messages",
  "sessions",
  z.object({ principal, sessionId: z.string(), after: z.number().int().min(0) }),
  z.object({ data: z.array(record.and(z.object({ sequence: z.number().int() }))), more: z.boolean() }),
  15_000,
);

/** What entry checks, links and the development mailbox hold of an address. */
export const accessRecordKind = z.enum([
  "verifications",
  "access_requests",
  "admitted_without_request",
  "links_addressed_to_the_person",
  "mails_in_the_development_mailbox",
  "console_account",
  "links_sent_to_the_person",
  "no_more_mail",
]);
export type AccessRecordKind = z.infer<typeof accessRecordKind>;

/** One kind of it; `truncated` = more is held than an answer has room for. Admins. */
export const exportAccess = rpc(
  "links",
  "export_person",
  "links",
  z.object({ ...ofPerson, kind: accessRecordKind }),
  z.object({ data: z.array(record), truncated: z.boolean() }),
  15_000,
);

/** What agents remember of an address, without the history. Admins. */
export const exportMemories = rpc(
  "memory",
  "export_person",
  "memory",
  z.object({ ...ofPerson, cursor }),
  z.object({ data: z.array(z.object({ agent_id: z.uuid(), record })), nextCursor }),
  15_000,
);
