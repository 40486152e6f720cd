import { useQuery, useQueryClient } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { answered } from "../api/query.js";
import { type LinkDelivery, type ResendBody, sendingCalls } from "../api/sending-calls.js";
import { useCalls } from "../api/use-calls.js";
import { useRepeatKey } from "../api/use-repeat-key.js";
import { Button } from "../ui/button.js";
import { Dialog } from "../ui/dialog.js";
import { notify } from "../ui/notify.js";
import { QueryView } from "../ui/query-view.js";
import { refusalOf } from "../ui/refusal.js";
import { Select } from "../ui/select.js";
import styles from "./sending.module.css";

interface AgainProps {
  agent: string;
  link: string;
  delivery: LinkDelivery;
}

type To = ResendBody["to"];

const WORDS: Record<To, string> = {
  not_opened: "Who has not opened their link",
  not_chatted: "Who has not written",
  failed: "Who was not reached",
};

/** The groups that this delivery can be resent to. */
function groupsOf({ counts, engagement, track_opens: tracked }: LinkDelivery): To[] {
  const { failed, sent } = counts;
  const groups: To[] = [];
  if (tracked && engagement !== null && (engagement.opened ?? 0) < sent) groups.push("not_opened");
  if (engagement !== null && engagement.chatted < sent) groups.push("not_chatted");
  if (failed > 0) groups.push("failed");
  return groups;
}

/** A new delivery to some recipients of this one; each keeps their link. */
export function SendAgain({ agent, link, delivery }: AgainProps) {
  const [asking, setAsking] = useState(false);
  const groups = groupsOf(delivery);
  if (groups.length === 0) return null;
  return (
    <div>
      <Button small icon={<RotateCcw />} onClick={() => setAsking(true)}>
        Send again…
      </Button>
      <Dialog open={asking} onClose={() => setAsking(false)} title="Send again">
        {asking ? <Again {...{ agent, link, delivery, groups }} onDone={() => setAsking(false)} /> : null}
      </Dialog>
    </div>
  );
}

function Again({ agent, link, delivery: { id }, groups, onDone }: AgainProps & { groups: To[]; onDone(): void }) {
  const calls = useCalls(sendingCalls);
  const client = useQueryClient();
  const keyOf = useRepeatKey();
  const [to, setTo] = useState<To>(groups[0] ?? "failed");
  const [busy, setBusy] = useState(false);
  const preview = useQuery({
    queryKey: ["resending", id, to],
    queryFn: answered(() => calls.previewResending(agent, link, id, { to })),
    gcTime: 0,
    retry: false,
  });
  const send = async (): Promise<void> => {
    setBusy(true);
    try {
      const { recipients } = await answered(() => calls.resend(agent, link, id, { to }, keyOf([id, to])))();
      notify.good(`On its way to ${recipients.toLocaleString()}.`);
      void client.invalidateQueries({ queryKey: ["deliveries"] });
      onDone();
    } catch (error) {
      notify.problem(refusalOf(error).detail);
      setBusy(false);
    }
  };
  return (
    <div className={styles.stack}>
      <Select
        label="To"
        options={groups.map((value) => ({ value, label: WORDS[value] }))}
        value={to}
        onChange={setTo}
      />
      <QueryView query={preview}>
        {({ recipients, preview: shown }) => (
          <>
            <p className={styles.note}>{recipients.toLocaleString()} would get it.</p>
            {shown.subject === null ? null : <p className={styles.subject}>{shown.subject}</p>}
            <pre className={styles.message} dir="auto">
              {shown.text}
            </pre>
          </>
        )}
      </QueryView>
      <div className={styles.actions}>
        <Button look="primary" disabled={(preview.data?.recipients ?? 0) === 0} busy={busy} onClick={() => void send()}>
          Send again
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </div>
  );
}
