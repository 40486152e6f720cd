import type { Alert } from "../api/alert-calls.js";
import { Status } from "../ui/status.js";

export function AlertState({ alert: { is_active: isActive, firing } }: { alert: Pick<Alert, "is_active" | "firing"> }) {
  if (!isActive) return <Status>Muted</Status>;
  if (firing === 0) return <Status tone="good">Quiet</Status>;
  return <Status tone="problem">{firing === 1 ? "Firing" : `Firing, ${firing.toLocaleString()}`}</Status>;
}
