import {
  createLinkTemplate,
  deleteLinkTemplate,
  getLinkTemplate,
  listLinkTemplates,
  updateLinkTemplate,
} from "@parley/contracts";
import type { LinksDeps } from "../deps.js";
import { createTemplate } from "./create-template.js";
import { deleteTemplate } from "./delete-template.js";
import { getTemplate } from "./get-template.js";
import { listTemplates } from "./list-templates.js";
import { updateTemplate } from "./update-template.js";

/** Serves the templates of links. */
export function bindTemplates(deps: LinksDeps): void {
  const { bus } = deps;
  const bound = { maxInFlight: deps.config.LINKS_MAX_IN_FLIGHT };
  bus.serve(listLinkTemplates, listTemplates(deps), bound);
  bus.serve(getLinkTemplate, getTemplate(deps), bound);
  bus.serve(createLinkTemplate, createTemplate(deps), bound);
  bus.serve(updateLinkTemplate, updateTemplate(deps), bound);
  bus.serve(deleteLinkTemplate, deleteTemplate(deps), bound);
}
