import { useMemo } from "react";
import { useApi } from "./api-context.js";
import type { Caller } from "./call.js";

/** Calls that belong to one page's bundle, so that the first page does not carry them. */
export function useCalls<T>(make: (call: Caller) => T): T {
  const { call } = useApi();
  return useMemo(() => make(call), [make, call]);
}
