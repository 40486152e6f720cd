import { Send } from "lucide-react";
import { useState } from "react";
import type { PublicLink } from "../api/answers.js";
import { answered } from "../api/query.js";
import { type LinkDelivery, sendingCalls } from "../api/sending-calls.js";
import { useCalls } from "../api/use-calls.js";
import { CHANNELS } from "../schedules/schedule-body.js";
import trust from "../trust/trust.module.css";
import { Block } from "../ui/block.js";
import { Button } from "../ui/button.js";
import { Drawer } from "../ui/dialog.js";
import { onDemand } from "../ui/on-demand.js";
import { Skeleton } from "../ui/skeleton.js";
import { ErrorState } from "../ui/states.js";
import { Status } from "../ui/status.js";
import { useList } from "../ui/table/use-list.js";
import { Time } from "../ui/time.js";
import { NumberText } from "../ui/values.js";
import { DeliveryView } from "./delivery-view.js";
import { stateOf } from "./delivery-words.js";
import styles from "./sending.module.css";

const SendDrawer = onDemand(async () => (await import("./send-drawer.js")).SendDrawer);

const channelWord = (channel: string): string => CHANNELS.find(({ value }) => value === channel)?.label ?? channel;

/** Deliveries of a link, newest first, and a button to send it. */
export function LinkSending({ agent, link }: { agent: string; link: PublicLink }) {
  const calls = useCalls(sendingCalls);
  const source = useList({
    queryKey: ["deliveries", link.id],
    page: (cursor) => answered(() => calls.deliveries(agent, link.id, cursor))(),
  });
  const [sending, setSending] = useState(false);
  const [shown, setShown] = useState<LinkDelivery | null>(null);
  return (
    <Block
      title="Sent to people"
      actions={
        <Button icon={<Send />} disabled={!link.is_active} onClick={() => setSending(true)}>
          Send this link
        </Button>
      }
    >
      {source.state === "loading" ? (
        <Skeleton lines={2} />
      ) : source.state === "refused" && source.refusal !== null ? (
        <ErrorState refusal={source.refusal} onRetry={source.retry} />
      ) : source.rows.length === 0 ? (
        <p className={styles.note}>
          Not sent yet. By mail, SMS, Slack or Teams each person gets one message, and this page shows how it stands
          with each of them.
        </p>
      ) : (
        <table className={trust.table}>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">By</th>
              <th scope="col" className={trust.number}>
                People
              </th>
              <th scope="col">State</th>
              <th scope="col">
                <span className="visually-hidden">Details</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {source.rows.map((delivery) => {
              const { word, tone } = stateOf(delivery);
              return (
                <tr key={delivery.id}>
                  <td>
                    <Time at={delivery.created_at} />
                  </td>
                  <td>{channelWord(delivery.channel)}</td>
                  <td className={trust.number}>
                    <NumberText value={delivery.counts.recipients} />
                  </td>
                  <td>
                    <Status tone={tone}>{word}</Status>
                  </td>
                  <td>
                    <Button small look="quiet" onClick={() => setShown(delivery)}>
                      Who got it
                    </Button>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {source.hasMore ? (
        <Button busy={source.loadingMore} onClick={source.loadMore}>
          Show more
        </Button>
      ) : null}
      {sending ? <SendDrawer agent={agent} link={link} onClose={() => setSending(false)} /> : null}
      {shown === null ? null : (
        <Drawer open onClose={() => setShown(null)} title={`Sent by ${channelWord(shown.channel)}`}>
          <DeliveryView agent={agent} link={link.id} id={shown.id} />
        </Drawer>
      )}
    </Block>
  );
}
