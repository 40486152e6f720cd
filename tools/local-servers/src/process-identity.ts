import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/**
 * What tells one run of a process from every other process that may get its number later: the moment it started
 * (together with the boot of the machine) and its command line.
 */
export interface ProcessIdentity {
  pid: number;
  startedAt: string;
  command: string;
}

/** The process that runs under this number now, or null. A finished zombie counts as gone: it holds no file and no port. */
export function identifyProcess(pid: number): ProcessIdentity | null {
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  return process.platform === "linux" ? identifyOnLinux(pid) : identifyWithPs(pid);
}

/** True when the recorded process still runs: same number, same start, and its command still names the marker. */
export function isSameProcess(recorded: { pid: number; startedAt: string; marker?: string }): boolean {
  const now = identifyProcess(recorded.pid);
  if (now === null || now.startedAt !== recorded.startedAt) return false;
  // An ending process has lost its command line but may still hold files and ports; its start is proof enough.
  return recorded.marker === undefined || now.command === "" || now.command.includes(recorded.marker);
}

function identifyOnLinux(pid: number): ProcessIdentity | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program name in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, ticks] = [fields[0], fields[19]];
    if (state === undefined || ticks === undefined || state === "X") return null;
    // While other threads are still ending, a zombie's files and ports are not free yet.
    if (state === "Z" && readdirSync(`/proc/${pid}/task`).length <= 1) return null;
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return { pid, startedAt: `${bootId()}:${ticks}`, command };
  } catch {
    return null; // No such process, or it ended between the two reads.
  }
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "boot"; // Hidden in some containers; the start tick alone is then the best there is.
  }
}

function identifyWithPs(pid: number): ProcessIdentity | null {
  const result = spawnSync("ps", ["-ww", "-o", "stat=", "-o", "lstart=", "-o", "command=", "-p", String(pid)], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
  });
  const match = /^\s*(\S+)\s+(\w{3} +\w{3} +\d+ +[\d:]+ +\d{4})\s+(.*)$/.exec(result.stdout ?? "");
  const [, state, startedAt, command] = match ?? [];
  if (state === undefined || startedAt === undefined || command === undefined || state.startsWith("Z")) return null;
  return { pid, startedAt, command };
}
