import { useMemo } from "react";
import type { Api } from "./api.js";
import { useApi } from "./api-context.js";
import { workbenchCalls } from "./workbench-calls.js";

export type WorkbenchApi = Api & ReturnType<typeof workbenchCalls>;

/** The API with the calls of the workbench, which load with its pages. */
export function useWorkbench(): WorkbenchApi {
  const api = useApi();
  return useMemo(() => ({ ...api, ...workbenchCalls(api.call) }), [api]);
}
