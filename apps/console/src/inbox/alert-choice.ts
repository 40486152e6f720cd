import { useEffect, useEffectEvent, useRef } from "react";
import { createStore } from "../app/store.js";

/** How this browser announces waiting visitors. Both are off until the user enables them. */
export interface AlertChoice {
  sound: boolean;
  desktop: boolean;
}

const STORED_AS = "parley-console-alerts";

function stored(): AlertChoice {
  try {
    const kept = localStorage.getItem(STORED_AS) ?? "";
    return { sound: kept.includes("sound"), desktop: kept.includes("desktop") };
  } catch {
    return { sound: false, desktop: false };
  }
}

export const alertChoice = createStore(stored());

export function chooseAlerts(choice: AlertChoice): void {
  alertChoice.set(choice);
  try {
    localStorage.setItem(STORED_AS, `${choice.sound ? "sound " : ""}${choice.desktop ? "desktop" : ""}`);
  } catch {
    // Storage is blocked: the choice lasts until the page is closed.
  }
}

/** Alerts, as chosen, whenever more people wait than before. `waiting`: undefined = not known yet. */
export function useAlerts(waiting: number | undefined, open: () => void): void {
  const before = useRef(waiting);
  const openInbox = useEffectEvent(open);
  useEffect(() => {
    const more = waiting !== undefined && before.current !== undefined && waiting > before.current;
    before.current = waiting;
    const choice = alertChoice.get();
    if (!more || !(choice.sound || choice.desktop)) return;
    void import("./ring.js").then(({ ring }) => ring(waiting, { ...choice, open: () => openInbox() }));
  }, [waiting]);
}
