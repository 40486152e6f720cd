import { createStore } from "../app/store.js";

const STORED_AS = "parley-console-name";

function stored(): string {
  try {
    return localStorage.getItem(STORED_AS) ?? "";
  } catch {
    return "";
  }
}

/** The operator's name as visitors see it; empty = "a person". Stored in this browser. */
export const operatorName = createStore(stored());

export function nameOperator(name: string): void {
  operatorName.set(name.trim().slice(0, 200));
  try {
    localStorage.setItem(STORED_AS, operatorName.get());
  } catch {
    // Storage is blocked: the name lasts until the page is closed.
  }
}
