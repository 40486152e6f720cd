import * as contracts from "@parley/contracts";
import type { LinksDeps } from "../deps.js";
import type { AgentsShown } from "./agents.js";
import { bulkLinks } from "./bulk-links.js";
import { createLink } from "./create-link.js";
import { deleteLink } from "./delete-link.js";
import { getLink } from "./get-link.js";
import { listLinks } from "./list-links.js";
import { resolveLink } from "./resolve-link.js";
import { resolveVisit } from "./resolve-visit.js";
import { revealLink } from "./reveal-link.js";
import { updateLink } from "./update-link.js";

/** Each call processes up to 500 links, taking turns with the others. */
const MAX_BULK = 32;

/** Serves public links. */
export function bindLinks(deps: LinksDeps, agentShown: AgentsShown): void {
  const { bus } = deps;
  const bound = { maxInFlight: deps.config.LINKS_MAX_IN_FLIGHT };
  bus.serve(contracts.resolveLink, resolveLink(deps, agentShown), bound);
  bus.serve(contracts.resolveVisit, resolveVisit(deps, agentShown), bound);
  bus.serve(contracts.createLink, createLink(deps), bound);
  bus.serve(contracts.listLinks, listLinks(deps), bound);
  bus.serve(contracts.getLink, getLink(deps), bound);
  bus.serve(contracts.updateLink, updateLink(deps), bound);
  bus.serve(contracts.deleteLink, deleteLink(deps), bound);
  bus.serve(contracts.bulkLinks, bulkLinks(deps), { maxInFlight: MAX_BULK });
  bus.serve(contracts.revealLink, revealLink(deps), bound);
}
