import { AppError, type devMail as contract, requireRole, tenantOf } from "@parley/contracts";
import type { Mailer } from "@parley/mail";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { listMail } from "./repository.js";

/** The development mailbox of a tenant. A read; `not_found` where mails are sent. It contains codes, hence the role. */
export const devMail =
  (deps: LinksDeps, mailer: Mailer) =>
  async ({ principal, limit }: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(principal, "admin");
    if (mailer.kind !== "mailbox") throw new AppError("not_found");
    return { data: await listMail(deps.db, { tenantId: tenantOf(principal), limit }) };
  };
