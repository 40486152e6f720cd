import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { pushCalls } from "../api/push-calls.js";
import { answered, Refused } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { Switch } from "../ui/choices.js";
import { notify } from "../ui/notify.js";
import { refusalOf } from "../ui/refusal.js";
import styles from "./inbox.module.css";
import { canPush, stopPush, subscribedHere, subscribeHere } from "./push-browser.js";

const HERE = ["push", "here"] as const;

/** Whether this browser notifies of waiting visitors while the console is closed. For users, not for tokens. */
export function PushSwitch() {
  const calls = useCalls(pushCalls);
  const client = useQueryClient();
  const offered = useQuery({
    queryKey: ["push"],
    queryFn: answered(() => calls.pushSubscriptions()),
    enabled: canPush(),
  });
  const here = useQuery({ queryKey: HERE, queryFn: subscribedHere, enabled: canPush() });
  const changing = useMutation({
    mutationFn: async (on: boolean) => {
      if (on) {
        if ((await Notification.requestPermission()) !== "granted") return;
        const body = await subscribeHere(offered.data?.public_key ?? "");
        await answered(() => calls.subscribePush(body))();
        return;
      }
      await stopPush(calls);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["push"] }),
    onError: (error: unknown) =>
      // The message of the browser or its push service, unless it is a refusal of ours.
      notify.problem(error instanceof Refused || !(error instanceof Error) ? refusalOf(error).detail : error.message),
  });
  if (!canPush()) return null;
  if (offered.error !== null) {
    return offered.error.problem.status === 403 ? (
      <p className={styles.fine}>Sign in as a user, not with a token, to be notified while the console is closed.</p>
    ) : null;
  }
  if (offered.data === undefined || here.data === undefined) return null;
  return (
    <Switch
      label="Notify me while the console is closed"
      value={here.data !== null}
      onChange={(on) => changing.mutate(on)}
    />
  );
}
