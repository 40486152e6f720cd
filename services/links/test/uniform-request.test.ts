import { createLink, openVerified, setAccessPolicy } from "@parley/contracts";
import type { Db } from "@parley/db";
import type { Mailer } from "@parley/mail";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requestVerification } from "../src/verification/request-verification.js";
import { type Harness, startHarness } from "./harness.js";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness([]);
  harness.bus.serve(openVerified, async () => {
    throw new Error("nobody gets this far");
  });
});
afterAll(() => harness.close());

const [ALLOWED, STRANGER, OUTSIDE] = ["ada@example.com", "bob@example.com", "eve@other.example"];

/** Asks for a code with a mail server that never answers, and writes down what the database was asked. */
async function askWith(linkBody: Record<string, unknown>, policy: Record<string, unknown>) {
  const tenant = await harness.newTenant();
  const editor = { principal: tenant.as("editor"), agent: "desk" };
  const { link } = await harness.bus.call(createLink, { ...editor, body: linkBody });
  await harness.bus.call(setAccessPolicy, { ...editor, body: policy });
  const asked: string[] = [];
  const { db } = harness.deps;
  const watched: Db = {
    ...db,
    query: (text, values) => {
      asked.push(text);
      return db.query(text, values);
    },
    tenant: (id, work) => {
      asked.push("transaction");
      return db.tenant(id, work);
    },
  };
  const mailed: string[] = [];
  const mailer: Mailer = {
    kind: "smtp",
    send: ({ to }) => {
      mailed.push(to);
      return new Promise<void>(() => undefined);
    },
    attempt: async () => null,
    close: async () => undefined,
  };
  const agentShown = async () => ({ name: "Desk", description: null, ready: true });
  const request = requestVerification({ ...harness.deps, db: watched }, { mailer, agentShown });
  return async (email: string) => {
    asked.length = 0;
    const answer = await request({ tenantId: tenant.tenantId, linkId: String(link.id), email });
    return { answer, asked: [...asked], mailed: mailed.includes(email) };
  };
}

describe("requesting a code", () => {
  it("answers before any mail has left, with the same queries whether the domain is allowed or not", async () => {
    const ask = await askWith({ require_email: true, allowed_email_domains: ["example.com"] }, { mode: "open" });
    const [inside, outside] = [await ask(ALLOWED), await ask(OUTSIDE)];
    expect([inside.answer, outside.answer]).toEqual([{ expiresInSeconds: 600 }, { expiresInSeconds: 600 }]);
    expect(outside.asked).toEqual(inside.asked);
    expect(inside.asked.length).toBeGreaterThan(1);
    expect([inside.mailed, outside.mailed]).toEqual([true, false]);
  });

  it("does the same for an address that is allowed and one that will have to wait, and mails both", async () => {
    const ask = await askWith({}, { mode: "approval", allowed_emails: [ALLOWED] });
    const [allowed, waiting] = [await ask(ALLOWED), await ask(STRANGER)];
    expect(waiting).toEqual(allowed);
    expect(allowed.mailed).toBe(true);
  });
});
