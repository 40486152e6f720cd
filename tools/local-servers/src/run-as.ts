import { spawnSync } from "node:child_process";
import { chownSync } from "node:fs";

/**
 * Under which account a server runs. PostgreSQL refuses to run as root, and an account without an entry in the
 * system's list of accounts does not work either (initdb looks its name up), so root borrows `postgres` or `nobody`.
 */
export type Account =
  | { type: "self" }
  | { type: "other"; name: string; uid: number; gid: number }
  | { type: "namespace"; uid: number };

/** The account PostgreSQL runs under: ourselves, unless we are root. Null when root has no way to become another. */
export function accountForPostgres(): Account | null {
  if (process.getuid?.() !== 0) return { type: "self" };
  for (const name of ["postgres", "nobody"]) {
    const uid = lookUp("-u", name);
    const gid = lookUp("-g", name);
    if (uid === null || gid === null || uid === 0) continue;
    if (spawnSync("/bin/sh", ["-c", ":"], { uid, gid, cwd: "/" }).status === 0)
      return { type: "other", name, uid, gid };
  }
  // Where changing the account is forbidden a user namespace may still be allowed; files stay root's own.
  const nobody = lookUp("-u", "nobody");
  if (nobody === null) return null;
  const probe = spawnSync("unshare", ["--user", `--map-user=${nobody}`, "--", "/bin/sh", "-c", ":"], { cwd: "/" });
  return probe.status === 0 ? { type: "namespace", uid: nobody } : null;
}

function lookUp(flag: "-u" | "-g", name: string): number | null {
  const result = spawnSync("id", [flag, name], { encoding: "utf8" });
  const id = Number.parseInt(result.stdout ?? "", 10);
  return result.status === 0 && Number.isInteger(id) ? id : null;
}

/** The command and spawn options that run `program` under the account. */
export function wrapCommand(
  account: Account,
  program: string,
  args: string[],
): { program: string; args: string[]; identity: { uid?: number; gid?: number } } {
  switch (account.type) {
    case "self":
      return { program, args, identity: {} };
    case "other":
      return { program, args, identity: { uid: account.uid, gid: account.gid } };
    case "namespace":
      return {
        program: "unshare",
        args: ["--user", `--map-user=${account.uid}`, "--", program, ...args],
        identity: {},
      };
  }
}

/** Gives a file or folder to the account that will use it. */
export function giveTo(account: Account, path: string): void {
  if (account.type === "other") chownSync(path, account.uid, account.gid);
}

/** True when the account can reach and run or enter `path`. The question is put to the system, not to mode bits. */
export function accountCanEnter(account: Account, path: string): boolean {
  const wrapped = wrapCommand(account, "/bin/sh", ["-c", 'test -x "$1"', "sh", path]);
  return spawnSync(wrapped.program, wrapped.args, { ...wrapped.identity, cwd: "/" }).status === 0;
}
