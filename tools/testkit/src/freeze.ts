import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Stops a server with all its child processes: connections stay open, and nothing answers. The returned function resumes all of them. */
export function freeze(server: number): () => void {
  // The server first, so that it starts no process between the listing and the stop.
  process.kill(server, "SIGSTOP");
  const all = [server, ...childrenOf(server)];
  for (const pid of all) process.kill(pid, "SIGSTOP");
  return () => {
    for (const pid of all.splice(0).reverse()) process.kill(pid, "SIGCONT");
  };
}

function childrenOf(parent: number): number[] {
  // A bare Linux has no pgrep, and macOS has no /proc.
  if (process.platform !== "linux") {
    return execFileSync("pgrep", ["-P", String(parent)], { encoding: "utf8" })
      .trim()
      .split("\n")
      .map(Number);
  }
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === parent)
    .map(Number);
}

function parentOf(pid: string): number | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in brackets and may hold blanks; state and parent follow it.
    return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return null; // It ended meanwhile.
  }
}
