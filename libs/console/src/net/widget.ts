const TIMEOUT_MS = 5_000;

/** Whether this installation serves the widget, so that a snippet which loads it would work. */
export async function servesWidget(): Promise<boolean> {
  try {
    const answer = await fetch("/widget.js", {
      method: "HEAD",
      credentials: "omit",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return answer.ok && (answer.headers.get("content-type") ?? "").includes("javascript");
  } catch {
    return false;
  }
}
