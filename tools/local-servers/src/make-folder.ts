import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { isErrno } from "./server-process.js";

/**
 * Makes an absolute folder and what is missing above it; one that is there stays as it is. `mode` is for the last one.
 * Throws the system's error. Not `recursive`: Node's own walk never ends where the system denies that a place exists
 * right below a folder that does (`/proc`).
 */
export function makeFolder(path: string, mode: number): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path), 0o777);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Another start was faster.
    if (!isErrno(error, "EEXIST") || !statSync(path).isDirectory()) throw error;
  }
}
