import type { SettingInForce } from "@parley/contracts";
import type { Caller } from "./call.js";

/** What the operator of the installation has set. */
export const settingsInForceCalls = (call: Caller) => ({
  settingsInForce: () => call<{ data: SettingInForce[] }>("/settings"),
});
