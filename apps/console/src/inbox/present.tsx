import type { PresentPerson } from "@parley/contracts";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useState } from "react";
import { inboxCalls } from "../api/inbox-calls.js";
import { answered } from "../api/query.js";
import { sessionCalls } from "../api/session-calls.js";
import { useCalls } from "../api/use-calls.js";
import { Avatar } from "../ui/avatar.js";
import { operatorName } from "./operator-name.js";
import styles from "./present.module.css";

const EVERY_MS = 4_000;

/** Shows which other operators view a conversation or answer in it, and reports this one while mounted. */
export function Present({ session, answering }: { session: string; answering: boolean }) {
  const present = usePresence(session, answering);
  return (
    <ul className={styles.present} aria-label="Of the team">
      {present.map(({ id, name, activity }) => (
        <li key={id}>
          <Avatar name={name ?? "Somebody"} size={18} />
          {name ?? "Somebody of the team"} {activity === "answering" ? "is answering" : "is looking at it"}
        </li>
      ))}
    </ul>
  );
}

function usePresence(session: string, answering: boolean): PresentPerson[] {
  const inbox = useCalls(inboxCalls);
  const calls = useCalls(sessionCalls);
  const operators = useQuery({ queryKey: ["operators"], queryFn: answered(() => inbox.operators()) });
  const me = operators.data?.data.find((one) => one.me)?.id;
  const [present, setPresent] = useState<PresentPerson[]>([]);
  const tell = useEffectEvent(async (isHere: () => boolean): Promise<void> => {
    const answer = await calls.tellPresence(session, answering ? "answering" : "viewing", operatorName.get());
    if (isHere() && answer.type === "ok") setPresent(answer.value.present);
  });
  useEffect(() => {
    let here = true;
    const say = (): void => {
      // A hidden tab does not count as viewing this session.
      if (!document.hidden) void tell(() => here);
    };
    say();
    const timer = setInterval(say, EVERY_MS);
    return () => {
      here = false;
      clearInterval(timer);
      void calls.tellPresence(session, "gone", "");
    };
  }, [calls, session]);
  return me === undefined ? [] : present.filter(({ id }) => id !== me);
}
