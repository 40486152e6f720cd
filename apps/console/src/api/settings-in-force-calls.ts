import type { SettingInForce } from "@parley/contracts";
import type { Caller } from "./call.js";

/** Settings made by the operator of the installation. */
export const settingsInForceCalls = (call: Caller) => ({
  settingsInForce: () => call<{ data: SettingInForce[] }>("/settings"),
});
