import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/**
 * Stops a server with everything it has started: connections stay open, and nothing answers. The returned function lets all of
 * them continue.
 */
export function freeze(server: number): () => void {
  // First the server, so that it starts nobody between the look and the stop.
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
    return null; // It ended in between.
  }
}
