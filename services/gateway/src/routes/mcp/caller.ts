import type { Principal } from "@parley/contracts";
import type { CallTwin } from "./call-twin.js";

/** The caller whose request a server answers. */
export interface McpCaller {
  principal: Principal;
  requestId: string;
  call: CallTwin;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Called after each tool call; `refused` is the code of the refusal. */
  onCalled: (tool: string, refused: string | null, ms: number) => void;
}
