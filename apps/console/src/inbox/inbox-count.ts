import { queryOptions } from "@tanstack/react-query";
import type { EscalationCounts } from "../api/answers.js";
import type { Api } from "../api/api.js";
import { answered } from "../api/query.js";

const EVERY_MS = 5_000;
/** Nobody looks: the number in the tab may lag. */
const HIDDEN_MS = 20_000;

/** How many wait for a person, asked again and again; a role that may not know is asked once. */
export const countsQuery = (api: Api) =>
  queryOptions<EscalationCounts>({
    queryKey: ["escalation-counts"],
    queryFn: answered(() => api.countEscalations()),
    refetchInterval: ({ state }) => {
      if (state.error?.problem.status === 403) return false;
      return document.hidden ? HIDDEN_MS : EVERY_MS;
    },
    refetchIntervalInBackground: true,
    refetchOnWindowFocus: "always",
  });
