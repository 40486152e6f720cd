import { queryOptions } from "@tanstack/react-query";
import type { Api } from "../api/api.js";
import { answered } from "../api/query.js";

/** Whether this installation stores its mails instead of sending them, and this token may read them. Fetched once. */
export const mailboxQuery = (api: Api) =>
  queryOptions({ queryKey: ["mailbox"], queryFn: answered(() => api.mails(1)), staleTime: Number.POSITIVE_INFINITY });
