import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useApi } from "../api/api-context.js";
import { type DemoWeek, overviewCalls } from "../api/overview-calls.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { whoQuery } from "../app/who.js";
import { Button } from "../ui/button.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { notify } from "../ui/notify.js";
import styles from "./overview.module.css";

const many = (count: number, noun: string): string => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

/** Says that much of the data is demo data, and removes it. */
export function DemoWeekCard({ demo }: { demo: DemoWeek }) {
  const calls = useCalls(overviewCalls);
  const client = useQueryClient();
  const role = useQuery(whoQuery(useApi())).data?.role;
  const [asking, setAsking] = useState(false);
  const remove = async (): Promise<void> => {
    const { sessions } = await answered(() => calls.removeDemoWeek())();
    notify.good(`${many(sessions, "made-up session")} removed.`);
    await client.invalidateQueries();
  };
  const mayRemove = role === "admin" || role === "owner";
  return (
    <section className={styles.demo} aria-labelledby="made-up">
      <div>
        <h2 id="made-up">Sample conversations</h2>
        <p>
          {demo.state === "playing" ? "A week of them is being made right now" : "A week of them was made"} at the first
          start, so that lists and charts show what they are for: {many(demo.sessions, "session")} so far, by{" "}
          {many(demo.links.length, "link")}.{mayRemove ? "" : " An admin can remove them."}
        </p>
      </div>
      {mayRemove && <Button onClick={() => setAsking(true)}>Remove them…</Button>}
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title="Remove the sample conversations?"
        consequences={[
          `${many(demo.sessions, "session")}, with what was said, their ratings and their part in the numbers, go now and for ever.`,
          `${many(demo.links.length, "link")} they came by stop working now.`,
          "Agents and everything that people did themselves stay. No start brings the week back.",
        ]}
        action="Remove"
        run={remove}
      />
    </section>
  );
}
