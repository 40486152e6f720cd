import { queryOptions } from "@tanstack/react-query";
import type { EscalationCounts } from "../api/answers.js";
import type { Api } from "../api/api.js";
import { answered } from "../api/query.js";

/** How many visitors wait for a person; a role that may not read it asks only once. */
export const countsQuery = (api: Api) =>
  queryOptions<EscalationCounts>({
    queryKey: ["escalations", "count"],
    queryFn: answered(() => api.countEscalations()),
    enabled: ({ state }) => state.error?.problem.status !== 403,
  });
