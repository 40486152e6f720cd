import { queryOptions } from "@tanstack/react-query";
import type { Api } from "../api/api.js";
import { answered } from "../api/query.js";

/** Who is signed in, with which role in which tenant. Asked once. */
export const whoQuery = (api: Api) =>
  queryOptions({ queryKey: ["who"], queryFn: answered(() => api.me()), staleTime: Number.POSITIVE_INFINITY });
