import { queryOptions } from "@tanstack/react-query";
import type { Api } from "../api/api.js";
import { answered } from "../api/query.js";

/** The signed-in user with role and tenant. Fetched once. */
export const whoQuery = (api: Api) =>
  queryOptions({ queryKey: ["who"], queryFn: answered(() => api.me()), staleTime: Number.POSITIVE_INFINITY });
