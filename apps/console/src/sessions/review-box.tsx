import type { SessionReview } from "@parley/contracts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, X } from "lucide-react";
import { useState } from "react";
import { answered } from "../api/query.js";
import { reviewCalls, type Verdict } from "../api/review-calls.js";
import { useCalls } from "../api/use-calls.js";
import { operatorName } from "../inbox/operator-name.js";
import { Button } from "../ui/button.js";
import { notify } from "../ui/notify.js";
import { Status } from "../ui/status.js";
import { Time } from "../ui/time.js";
import { MakeTest } from "./make-test.js";
import styles from "./review.module.css";
import { type Answered, WrongForm } from "./wrong-form.js";

interface ReviewProps {
  session: string;
  /** Turns and what the agent said in them. */
  answers: readonly Answered[];
}

/** A team member's verdict on a conversation, and its follow-up. */
export function ReviewBox({ session, answers }: ReviewProps) {
  const calls = useCalls(reviewCalls);
  const client = useQueryClient();
  const [wrong, setWrong] = useState(false);
  const [busy, setBusy] = useState(false);
  const queryKey = ["session", session, "review"];
  const query = useQuery({ queryKey, queryFn: answered(() => calls.review(session)) });
  if (query.data === undefined) return null;
  const { review } = query.data;
  const settle = async (work: ReturnType<typeof calls.giveReview | typeof calls.removeReview>): Promise<boolean> => {
    setBusy(true);
    const answer = await work;
    setBusy(false);
    if (answer.type !== "ok") notify.problem(answer.detail);
    await client.invalidateQueries({ queryKey });
    // Its event refetches the list; while the stream is down the list is only marked as stale.
    void client.invalidateQueries({ queryKey: ["sessions"], refetchType: "none" });
    return answer.type === "ok";
  };
  const give = (verdict: Verdict): Promise<boolean> => settle(calls.giveReview(session, verdict, operatorName.get()));
  return (
    <section className={styles.box} aria-label="Review">
      {wrong ? (
        <WrongForm
          answers={answers}
          review={review}
          busy={busy}
          onClose={() => setWrong(false)}
          onGive={(verdict) => void give(verdict).then((done) => done && setWrong(false))}
        />
      ) : (
        <>
          {review === null ? <p className={styles.ask}>Was it good?</p> : <Given review={review} />}
          <div className={styles.actions}>
            {review?.verdict === "wrong" && <MakeTest session={session} small />}
            {review !== null && (
              <Button small look="quiet" busy={busy} onClick={() => void settle(calls.removeReview(session))}>
                Take back
              </Button>
            )}
            {review === null && (
              <Button
                small
                icon={<Check />}
                busy={busy}
                onClick={() => void give({ verdict: "good", turn: null, expected: null, note: null })}
              >
                Good
              </Button>
            )}
            <Button small {...(review?.verdict === "wrong" ? {} : { icon: <X /> })} onClick={() => setWrong(true)}>
              {review?.verdict === "wrong" ? "Change…" : "Wrong…"}
            </Button>
          </div>
        </>
      )}
    </section>
  );
}

function Given({ review }: { review: SessionReview }) {
  const { verdict, turn, expected, note, reviewer_name: name, reviewed_at: at } = review;
  return (
    <div className={styles.given}>
      <p className={styles.by}>
        <Status tone={verdict === "good" ? "good" : "problem"}>{verdict === "good" ? "Good" : "Wrong"}</Status>
        {turn !== null && <span>in turn {turn}</span>}
        <span>{name ?? "somebody of the team"},</span>
        <Time at={at} />
      </p>
      {expected !== null && (
        <p dir="auto">
          <span className={styles.label}>Expected reply</span> “{expected}”
        </p>
      )}
      {note !== null && <p dir="auto">{note}</p>}
    </div>
  );
}
