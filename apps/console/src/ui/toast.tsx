import { useSyncExternalStore } from "react";
import { isWanted, subscribe } from "./notify.js";
import { onDemand } from "./on-demand.js";

const Toaster = onDemand(async () => (await import("./toaster.js")).Toaster);

/** Where messages appear. Its code is loaded with the first of them: most visits see none. */
export function Toasts() {
  const shown = useSyncExternalStore(subscribe, isWanted);
  return shown ? <Toaster /> : null;
}
