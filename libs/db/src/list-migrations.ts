import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sourceFolder } from "./source-folder.js";

export interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

/** The numbered forward-only SQL files, in order. */
export function listMigrations(): Migration[] {
  const folder = sourceFolder("migrations");
  return readdirSync(folder)
    .filter((file) => /^\d{4}_[a-z0-9_]+\.sql$/.test(file))
    .sort()
    .map((file) => {
      const sql = readFileSync(join(folder, file), "utf8");
      return { name: file.slice(0, -4), sql, checksum: createHash("sha256").update(sql).digest("hex") };
    });
}
