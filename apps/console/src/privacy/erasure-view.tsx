import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Download, SearchCheck, ShieldCheck } from "lucide-react";
import { useEffect } from "react";
import { answered } from "../api/query.js";
import { type CheckedErasure, privacyCalls, type ReceiptVerdict } from "../api/trust-calls.js";
import { useCalls } from "../api/use-calls.js";
import styles from "../trust/trust.module.css";
import { Verdict } from "../trust/verdict.js";
import { Button } from "../ui/button.js";
import { notify } from "../ui/notify.js";
import { QueryView } from "../ui/query-view.js";
import { refusalOf } from "../ui/refusal.js";
import { saveFile } from "../ui/save-file.js";
import { Status } from "../ui/status.js";
import { Time } from "../ui/time.js";
import { Mono } from "../ui/values.js";
import { KINDS, removedWords, STATES, storeWords, VERDICTS } from "./erasure-words.js";

const EVERY_MS = 1_000;

/** One erasure: its progress, what was removed, and its receipt. */
export function ErasureView({ id }: { id: string }) {
  const calls = useCalls(privacyCalls);
  const client = useQueryClient();
  const query = useQuery<CheckedErasure>({
    queryKey: ["erasure", id],
    queryFn: answered(() => calls.erasure(id)),
    // No event reports the steps of the job, so that events do not reveal that somebody is being erased.
    refetchInterval: ({ state }) => (state.data === undefined || state.data.state === "done" ? false : EVERY_MS),
  });
  const state = query.data?.state;
  useEffect(() => {
    if (state === "done") void client.invalidateQueries({ queryKey: ["erasures"] });
  }, [state, client]);
  return <QueryView query={query}>{(erasure) => <Whole erasure={erasure} />}</QueryView>;
}

function Whole({ erasure }: { erasure: CheckedErasure }) {
  const { tone, word } = STATES[erasure.state];
  return (
    <>
      <dl className={styles.facts}>
        <dt>State</dt>
        <dd>
          <Status tone={tone}>{word}</Status>
        </dd>
        <dt>Whose</dt>
        <dd>
          {KINDS[erasure.subject.kind]}; only a keyed hash is kept: <Mono end={12}>{erasure.subject.hash}</Mono>
        </dd>
        <dt>Asked for</dt>
        <dd>
          <Time at={erasure.requested_at} /> by <Mono end={18}>{erasure.requested_by}</Mono>
        </dd>
        {erasure.done_at === null ? null : (
          <>
            <dt>Done</dt>
            <dd>
              <Time at={erasure.done_at} />
            </dd>
          </>
        )}
        {erasure.cause === "restore" ? (
          <>
            <dt>Why</dt>
            <dd>A restored backup had brought back erased data.</dd>
          </>
        ) : null}
      </dl>
      {erasure.state === "done" ? <Receipt erasure={erasure} /> : <Progress erasure={erasure} />}
    </>
  );
}

function Progress({ erasure: { progress } }: { erasure: CheckedErasure }) {
  const { step, steps_done: done, steps, repeated } = progress;
  return (
    <section className={styles.part} aria-label="Progress">
      <progress className={styles.bar} max={steps} value={done} aria-label="Steps done" />
      <p role="status" className={styles.note}>
        {done} of {steps} steps{step === null ? "" : `; in hand: ${storeWords(step)}`}.
        {repeated > 0 ? " Something was left, so the search began again." : ""}
      </p>
      <Stores removed={progress.removed} />
    </section>
  );
}

function Stores({ removed }: { removed: Record<string, Record<string, number>> }) {
  const stores = Object.entries(removed);
  if (stores.length === 0) return null;
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">Store</th>
          <th scope="col">Removed</th>
        </tr>
      </thead>
      <tbody>
        {stores.map(([store, counts]) => (
          <tr key={store}>
            <td>{storeWords(store)}</td>
            <td>{removedWords(counts)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Receipt({ erasure }: { erasure: CheckedErasure }) {
  const { id, receipt } = erasure;
  const calls = useCalls(privacyCalls);
  const onError = (error: unknown): void => notify.problem(refusalOf(error).detail);
  const verifying = useMutation({
    mutationFn: (): Promise<ReceiptVerdict> => answered(() => calls.verifyReceipt(receipt))(),
    onError,
  });
  const searching = useMutation({
    mutationFn: (): Promise<CheckedErasure> => answered(() => calls.checkErasure(id))(),
    onError,
  });
  if (receipt === null) return null;
  const check = searching.data?.check;
  return (
    <section className={styles.part}>
      <h3 className={styles.heading}>Receipt</h3>
      <div className={styles.actions}>
        <Button
          icon={<Download />}
          onClick={() => saveFile(`erasure-${id}.json`, `${JSON.stringify(receipt, null, 2)}\n`, "application/json")}
        >
          Download
        </Button>
        <Button icon={<ShieldCheck />} busy={verifying.isPending} onClick={() => verifying.mutate()}>
          Verify
        </Button>
        <Button icon={<SearchCheck />} busy={searching.isPending} onClick={() => searching.mutate()}>
          Search again
        </Button>
      </div>
      {verifying.data === undefined ? null : <ReceiptVerdictView found={verifying.data} onClose={verifying.reset} />}
      {check === undefined ? null : (
        <Verdict
          good={check.clean}
          title={check.clean ? "Nothing has reappeared" : "Data has reappeared"}
          onClose={searching.reset}
        >
          {check.clean ? (
            <p>Every store was searched a moment ago.</p>
          ) : (
            <ul>
              {Object.entries(check.found).map(([store, counts]) => (
                <li key={store}>
                  {storeWords(store)}: {removedWords(counts)}
                </li>
              ))}
            </ul>
          )}
        </Verdict>
      )}
      <StoreReceipts receipt={receipt} />
    </section>
  );
}

function StoreReceipts({ receipt }: { receipt: NonNullable<CheckedErasure["receipt"]> }) {
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">Store</th>
          <th scope="col">Removed</th>
          <th scope="col" className={styles.number}>
            Left
          </th>
        </tr>
      </thead>
      <tbody>
        {receipt.stores.map(({ store, removed, remaining, check }) => (
          <tr key={store}>
            <td>{storeWords(store)}</td>
            <td>
              {removedWords(removed)}
              <br />
              <span className={styles.note}>{check}</span>
            </td>
            <td className={styles.number}>{remaining.toLocaleString()}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function ReceiptVerdictView({ found, onClose }: { found: ReceiptVerdict; onClose: () => void }) {
  return (
    <Verdict
      good={found.valid}
      title={found.valid ? "The receipt is genuine" : "The receipt is not valid here"}
      onClose={onClose}
    >
      <p>{VERDICTS[found.finding]}</p>
    </Verdict>
  );
}
