import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Download, Eraser, UserX } from "lucide-react";
import { useState } from "react";
import { answered } from "../api/query.js";
import { type Erasure, privacyCalls, type ReceiptVerdict } from "../api/trust-calls.js";
import { useCalls } from "../api/use-calls.js";
import styles from "../trust/trust.module.css";
import { TrustTabs } from "../trust/trust-tabs.js";
import { Button } from "../ui/button.js";
import { cx } from "../ui/cx.js";
import { FileButton } from "../ui/file-button.js";
import { notify } from "../ui/notify.js";
import { PageHeader } from "../ui/page-header.js";
import { refusalOf } from "../ui/refusal.js";
import { EmptyState } from "../ui/states.js";
import { Status } from "../ui/status.js";
import type { Column } from "../ui/table/column.js";
import { DataTable } from "../ui/table/data-table.js";
import { useListState } from "../ui/table/list-state.js";
import { useList } from "../ui/table/use-list.js";
import { Time } from "../ui/time.js";
import { Mono, NumberText } from "../ui/values.js";
import { ErasureView, ReceiptVerdictView } from "./erasure-view.js";
import { KINDS, removedCount, STATES } from "./erasure-words.js";
import { EraseDialog, ExportDialog } from "./person-dialogs.js";

const NO_FILTERS: readonly string[] = [];
const rowId = ({ id }: Erasure): string => id;

/** The stored data of one person: exported, or removed with a receipt. */
export function PrivacyPage() {
  const calls = useCalls(privacyCalls);
  const client = useQueryClient();
  const list = useListState(NO_FILTERS);
  const source = useList({
    queryKey: ["erasures"],
    page: (cursor) => answered(() => calls.erasures(cursor))(),
  });
  const [open, setOpen] = useState<"erase" | "export" | null>(null);
  const close = (): void => setOpen(null);
  const begun = async (id: string): Promise<void> => {
    close();
    // First the row, then its panel: a panel shows a row of the list.
    await client.invalidateQueries({ queryKey: ["erasures"] });
    list.setPeek(id);
  };
  const eraseButton = (
    <Button look="danger" icon={<Eraser />} onClick={() => setOpen("erase")}>
      Erase a person
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Privacy"
        lead="Hand out or remove what is kept of one person, with a receipt that can be verified."
      >
        {source.state === "refused" ? null : (
          <>
            <Button icon={<Download />} onClick={() => setOpen("export")}>
              Export a person
            </Button>
            {eraseButton}
          </>
        )}
      </PageHeader>
      <div className={styles.tabs}>
        <TrustTabs />
      </div>
      <DataTable
        {...{ id: "erasures", label: "Erasures", list, source, columns: COLUMNS, rowId }}
        peek={{
          title: ({ subject }) => `Erasure of ${KINDS[subject.kind].toLowerCase()}`,
          content: ({ id }) => <ErasureView key={id} id={id} />,
        }}
        empty={
          <EmptyState title="No erasures yet" icon={<UserX />}>
            When a person asks to be forgotten, erase their address. You see what goes first, and get a signed receipt
            when every store was searched.
          </EmptyState>
        }
      />
      {source.state === "refused" ? null : <VerifyReceipt />}
      {open === "erase" ? <EraseDialog onClose={close} onBegun={(id) => void begun(id)} /> : null}
      {open === "export" ? <ExportDialog onClose={close} /> : null}
    </>
  );
}

const COLUMNS: readonly Column<Erasure>[] = [
  {
    ...{ id: "subject", header: "Whose", width: "minmax(9rem, 1fr)" },
    cell: ({ subject }) => (
      <>
        {KINDS[subject.kind]} <Mono end={8}>{subject.hash}</Mono>
      </>
    ),
    value: ({ subject }) => `${subject.kind} ${subject.hash}`,
  },
  {
    ...{ id: "state", header: "State", width: "8rem", value: ({ state }) => state },
    cell: ({ state }) => <Status tone={STATES[state].tone}>{STATES[state].word}</Status>,
  },
  {
    ...{ id: "by", header: "Asked for by", width: "11rem", from: 720, value: (row) => row.requested_by },
    cell: ({ cause, requested_by: by }) => (cause === "restore" ? "A restored backup" : <Mono end={18}>{by}</Mono>),
  },
  {
    ...{ id: "removed", header: "Removed", width: "6rem", align: "end", from: 560, value: removedCount },
    cell: (row) => <NumberText value={removedCount(row)} />,
  },
  {
    ...{ id: "requested_at", header: "Asked for", width: "7rem", align: "end", value: (row) => row.requested_at },
    cell: ({ requested_at: at }) => <Time at={at} />,
  },
];

/** A receipt from a file, such as one presented by a person. */
function VerifyReceipt() {
  const calls = useCalls(privacyCalls);
  const verifying = useMutation({
    mutationFn: async (file: File | undefined): Promise<ReceiptVerdict> => {
      const receipt: unknown = JSON.parse((await file?.text()) ?? "");
      return answered(() => calls.verifyReceipt(receipt))();
    },
    onError: (error) =>
      notify.problem(error instanceof SyntaxError ? "This file is no receipt." : refusalOf(error).detail),
  });
  return (
    <section className={cx(styles.part, styles.below)} aria-label="Verify a receipt">
      <FileButton
        label="Verify a receipt"
        accept=".json"
        busy={verifying.isPending}
        onFiles={([file]) => verifying.mutate(file)}
      >
        Whether this server signed it, and whether it has the erasure.
      </FileButton>
      {verifying.data === undefined ? null : <ReceiptVerdictView found={verifying.data} onClose={verifying.reset} />}
    </section>
  );
}
