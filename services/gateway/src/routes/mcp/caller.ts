import type { Principal } from "@parley/contracts";
import type { CallTwin } from "./call-twin.js";

/** Whose request a server answers. */
export interface McpCaller {
  principal: Principal;
  requestId: string;
  call: CallTwin;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Told of each call of a tool when it is over; `refused` is the code of the refusal. */
  onCalled: (tool: string, refused: string | null, ms: number) => void;
}
