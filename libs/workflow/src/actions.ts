export type Action =
  | { type: "log"; text: string }
  | { type: "log.variables" }
  | { type: "webhook"; url: string }
  | { type: "memory"; text: string }
  | { type: "hangup" }
  | { type: "set"; name: string; value: string };

const VARIABLE = /^[\p{L}_][\p{L}\p{N}_.-]{0,99}$/u;

/** Parses an action string; null when it is not one. Templates inside are filled when the action runs. */
export function parseAction(text: string): Action | null {
  const trimmed = text.trim();
  if (trimmed === "hangup") return { type: "hangup" };
  const colon = trimmed.indexOf(":");
  if (colon < 0) return null;
  const argument = trimmed.slice(colon + 1).trim();
  if (argument === "") return null;
  switch (trimmed.slice(0, colon)) {
    case "log":
      return argument === "variables" ? { type: "log.variables" } : { type: "log", text: argument };
    case "webhook":
      return /^https?:\/\/\S/i.test(argument) ? { type: "webhook", url: argument } : null;
    case "write_user_memory":
      return { type: "memory", text: argument };
    case "set": {
      const split = argument.indexOf("=");
      const name = argument.slice(0, split).trim();
      return split > 0 && VARIABLE.test(name) ? { type: "set", name, value: argument.slice(split + 1).trim() } : null;
    }
    default:
      return null;
  }
}
