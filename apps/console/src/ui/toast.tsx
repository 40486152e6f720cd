import { lazy, Suspense, useSyncExternalStore } from "react";
import { isWanted, subscribe } from "./notify.js";

const Toaster = lazy(async () => ({ default: (await import("./toaster.js")).Toaster }));

/** Where messages appear. Its code is loaded with the first of them: most visits see none. */
export function Toasts() {
  const shown = useSyncExternalStore(subscribe, isWanted);
  return shown ? (
    <Suspense fallback={null}>
      <Toaster />
    </Suspense>
  ) : null;
}
