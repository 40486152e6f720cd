import { useMemo } from "react";
import type { Api } from "./api.js";
import { useApi } from "./api-context.js";
import { accessCalls, linkCalls } from "./link-calls.js";

export type LinkApi = Api & ReturnType<typeof linkCalls> & ReturnType<typeof accessCalls>;

/** The API with the calls for links and access, which load with their pages. */
export function useLinkApi(): LinkApi {
  const api = useApi();
  return useMemo(() => ({ ...api, ...linkCalls(api.call), ...accessCalls(api.call) }), [api]);
}
