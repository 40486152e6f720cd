import * as contracts from "@parley/contracts";
import type { LinksDeps } from "../deps.js";
import * as manage from "./manage-templates.js";

/** Serves the tenants' own templates of messages with links. */
export function bindMessageTemplates(deps: LinksDeps): void {
  const bound = { maxInFlight: deps.config.LINKS_MAX_IN_FLIGHT };
  deps.bus.serve(contracts.listMessageTemplates, manage.listTemplatesHandler(deps), bound);
  deps.bus.serve(contracts.getMessageTemplate, manage.getTemplateHandler(deps), bound);
  deps.bus.serve(contracts.putMessageTemplate, manage.putTemplateHandler(deps), bound);
  deps.bus.serve(contracts.deleteMessageTemplate, manage.deleteTemplateHandler(deps), bound);
}
