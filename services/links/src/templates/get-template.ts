import { AppError, type getLinkTemplate as contract, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { BUILT_IN, isBuiltIn } from "./built-in.js";
import { findTemplate } from "./repository.js";
import { builtInView, templateView } from "./template-view.js";

/** One template by name or id. A read. Throws `template_not_found`. */
export const getTemplate =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const { principal, template: name } = input;
    const builtIn = isBuiltIn(name) ? BUILT_IN[name] : undefined;
    if (builtIn !== undefined) return { template: builtInView(name, builtIn) };
    const row = await deps.db.tenant(tenantOf(principal), (trx) => findTemplate(trx, name));
    if (row === null) throw new AppError("template_not_found");
    return { template: templateView(row) };
  };
