import type { Command } from "commander";
import { exportAudit, listAudit, verifyAudit } from "./commands/audit.js";
import { verifyAuditFile } from "./commands/audit-file.js";
import { type Done, positive, sub } from "./declare.js";
import { type Io, usageError } from "./io.js";
import type { Globals } from "./settings.js";

/** The audit log of a tenant, and whether it is intact. */
export function addAudit(program: Command, io: Io, done: Done): void {
  const audit = program
    .command("audit")
    .description("See who created, changed, read and deleted what; verify the audit log");
  const filter = (command: Command): Command =>
    command
      .option("--action <action>", "only this action, * for any part: link.*, *.read")
      .option("--actor <id>", "only of this user, token or key")
      .option("--target <id>", "only about this target")
      .option("--from <time>", "from this time on, ISO 8601")
      .option("--to <time>", "before this time, ISO 8601");
  filter(
    sub(audit, "list", {
      about: "List entries, newest first",
      examples: ["audit list", "audit list --action 'session.*.read' --limit 500"],
    }),
  )
    .option("--limit <n>", "how many", positive, 50)
    .action(async (options) => done(await listAudit(io, options)));
  filter(
    sub(audit, "export", {
      about: "Print all entries as JSON lines, oldest first",
      examples: ["audit export > audit.jsonl", "audit export --after 4711 >> audit.jsonl"],
    }),
  )
    .option("--after <seq>", "continue after this entry", positive)
    .action(async (options) => done(await exportAudit(io, options)));
  sub(audit, "verify", {
    about: "Recompute the chain; exit code 1 when an entry was changed, removed, added or moved",
    examples: ["audit verify", "audit verify --json | jq .head", "audit verify --file audit.jsonl --head 5f2b51ca…"],
  })
    .option("--file <path>", "verify an export instead of the server's own log; offline")
    .option("--head <hash>", "with --file: the export must contain the entry with this hash, recorded elsewhere")
    .action(async (options) => done(await verifyOne(io, options)));
}

function verifyOne(io: Io, options: Globals & { file?: string; head?: string }): Promise<number> {
  const { file, head } = options;
  if (file !== undefined) return verifyAuditFile(io, { ...options, file, head });
  if (head !== undefined) throw usageError("--head goes with --file");
  return verifyAudit(io, options);
}
