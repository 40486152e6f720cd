import { queryOptions } from "@tanstack/react-query";
import { allPages } from "../api/all-pages.js";
import type { Api } from "../api/api.js";
import { answered } from "../api/query.js";

/** All agents of the tenant, as far as the list is loaded. */
export const agentsQuery = (api: Api) =>
  queryOptions({ queryKey: ["agents"], queryFn: answered(() => allPages((cursor) => api.agents(cursor))) });
