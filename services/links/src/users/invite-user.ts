import { AppError, type inviteUser as contract, hasRole, newId, requireRole, tenantOf } from "@parley/contracts";
import { once } from "@parley/db";
import type { Mailer } from "@parley/mail";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { mailLanguage } from "../mails/mail-language.js";
import { writeMail } from "../mails/write-mail.js";
import { insertUser, readUser, tenantName } from "./repository.js";

type Output = z.input<typeof contract.response>;

/**
 * Adds a person to the caller's tenant and notifies them by mail. The mail links to the console and contains no secret: the person signs
 * in there with the address. Nobody can grant more than they have. Idempotent by the caller's key, else by the signature; a second
 * invitation of an address gets `user_exists`.
 */
export const inviteUser =
  (deps: LinksDeps, mailer: Mailer) =>
  async (input: z.output<typeof contract.request>): Promise<Output> => {
    const { principal, email, role } = input;
    requireRole(principal, "admin");
    if (!hasRole(principal.role, role)) throw new AppError("forbidden");
    const tenantId = tenantOf(principal);
    const request = { tenantId, scope: "users.invite", repeatable: input };
    const { answer, tenant } = await deps.db.tenant(tenantId, async (trx) => {
      const { answer } = await once<Output>(trx, request, async () => {
        const id = await insertUser(trx, { id: newId(), tenantId, email, name: input.name ?? null, role });
        if (id === null) throw new AppError("user_exists");
        return { answer: { user: await readUser(trx, { id, me: principal.id }) }, facts: [] };
      });
      return { answer, tenant: await tenantName(trx, tenantId) };
    });
    if (!answer.replayed) {
      const address = `${deps.config.PUBLIC_URL}/console`;
      const mail = writeMail("invited", mailLanguage(input.languages ?? []), { tenant, address });
      void mailer.send({ tenantId, to: email, ...mail });
    }
    return answer;
  };
