import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { isFolderHeld, removeDataFolder } from "./data-folder.js";

/** A folder this young may belong to a start that has not taken its lock yet. */
const youngMs = 60_000;

/**
 * Stops the servers of throw-away folders whose owner was killed, and deletes the folders. Folders that are held,
 * young or not ours are left alone.
 */
export async function sweepAbandonedFolders(parent: string, prefix: string): Promise<string[]> {
  const removed: string[] = [];
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(prefix)) continue;
    const folder = join(parent, name);
    try {
      const { uid, mtimeMs } = statSync(folder);
      if (uid !== process.getuid?.() || Date.now() - mtimeMs < youngMs || isFolderHeld(folder)) continue;
      await removeDataFolder(folder);
      removed.push(folder);
    } catch {
      // Another sweep was faster, or the folder is not one of ours. Sweeping is a courtesy, never a reason to fail.
    }
  }
  return removed;
}
