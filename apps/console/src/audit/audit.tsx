import { useMutation } from "@tanstack/react-query";
import { Download, ScrollText, ShieldCheck } from "lucide-react";
import { useMemo } from "react";
import { answered } from "../api/query.js";
import { type AuditEntryView, type AuditFilter, auditCalls } from "../api/trust-calls.js";
import { useCalls } from "../api/use-calls.js";
import styles from "../trust/trust.module.css";
import { TrustTabs } from "../trust/trust-tabs.js";
import { Button } from "../ui/button.js";
import { notify } from "../ui/notify.js";
import { PageHeader } from "../ui/page-header.js";
import { refusalOf } from "../ui/refusal.js";
import { saveFile } from "../ui/save-file.js";
import { EmptyState } from "../ui/states.js";
import type { Column, Filter } from "../ui/table/column.js";
import { DataTable } from "../ui/table/data-table.js";
import { type ListState, useListState } from "../ui/table/list-state.js";
import { useList } from "../ui/table/use-list.js";
import { Time } from "../ui/time.js";
import { Mono } from "../ui/values.js";
import { actorName, useActorNames } from "./actor-names.js";
import { AuditEntry } from "./audit-entry.js";
import { ACTION_FILTER, actorFilter, OTHER_FILTERS } from "./audit-filters.js";
import { actionWords, momentsOf } from "./audit-words.js";
import { useVerification, VerificationResult } from "./verification.js";

const FILTER_NAMES = ["action", "thing", "id", "who", "days"];
const VIEWS = [
  { name: "Who read conversations", words: "action=session.*.read" },
  { name: "Exports", words: "action=*.exported" },
  { name: "Deletions", words: "action=*.deleted" },
  { name: "Sign-ins", words: "action=user.signed_in" },
];
const rowId = ({ seq }: AuditEntryView): string => String(seq);

/** The audit log of this tenant, and whether it is intact. */
export function AuditPage() {
  const calls = useCalls(auditCalls);
  const names = useActorNames();
  const list = useListState(FILTER_NAMES);
  const filter = filterOf(list);
  const source = useList({
    queryKey: ["audit", list.filter],
    page: (cursor) => answered(() => calls.audit(filter, cursor))(),
  });
  const columns = useMemo(() => columnsOf(names), [names]);
  const filters = useMemo((): Filter[] => [ACTION_FILTER, actorFilter(names), ...OTHER_FILTERS], [names]);
  const { verification, checked } = useVerification();
  return (
    <>
      <PageHeader title="Audit" lead="Who created, changed, read and deleted what. Nothing here can be edited.">
        <ExportButton filter={filter} />
        <Button
          look="primary"
          icon={<ShieldCheck />}
          busy={verification.isPending}
          onClick={() => verification.mutate(undefined, { onError: tellRefusal })}
        >
          {verification.isPending && checked > 0 ? `Verifying… ${checked.toLocaleString()}` : "Verify"}
        </Button>
      </PageHeader>
      <div className={styles.tabs}>
        <TrustTabs />
      </div>
      {verification.data === undefined ? null : (
        <VerificationResult found={verification.data} onClose={verification.reset} />
      )}
      <DataTable
        {...{ id: "audit", label: "Entries of the audit", list, source, columns, rowId, filters, views: VIEWS }}
        peek={{
          title: ({ action }) => actionWords(action),
          content: (entry) => <AuditEntry entry={entry} who={actorName(entry.actor, names)} />,
        }}
        empty={
          <EmptyState title="No entries yet" icon={<ScrollText />}>
            Every change, every reading of a conversation and every export gets an entry here by itself.
          </EmptyState>
        }
      />
    </>
  );
}

const tellRefusal = (error: unknown): void => notify.problem(refusalOf(error).detail);

function ExportButton({ filter }: { filter: AuditFilter }) {
  const calls = useCalls(auditCalls);
  const saving = useMutation({
    mutationFn: () => answered(() => calls.auditLines(filter))(),
    onSuccess: (lines) => saveFile("audit.jsonl", lines, "application/jsonl"),
    onError: tellRefusal,
  });
  return (
    <Button icon={<Download />} busy={saving.isPending} onClick={() => saving.mutate()}>
      Export JSON lines
    </Button>
  );
}

const filterOf = ({ filter: { action, thing, id, who, days } }: ListState): AuditFilter => ({
  ...{ action, target_type: thing, target_id: id, actor_id: who },
  ...momentsOf(days),
});

const columnsOf = (names: ReadonlyMap<string, string>): Column<AuditEntryView>[] => [
  {
    ...{ id: "action", header: "What", width: "minmax(7rem, 2fr)" },
    ...{ cell: ({ action }) => actionWords(action), value: ({ action }) => action },
  },
  {
    ...{ id: "actor", header: "Who", width: "minmax(5.5rem, 1.5fr)" },
    cell: ({ actor }) => actorName(actor, names),
    value: ({ actor }) => actorName(actor, names),
  },
  {
    ...{ id: "target", header: "On", width: "minmax(8rem, 1.5fr)", from: 640 },
    cell: ({ target_type: type, target_id: id }) => (
      <>
        {actionWords(type)} {id === null ? null : <Mono end={8}>{id}</Mono>}
      </>
    ),
    value: ({ target_type: type, target_id: id }) => `${type} ${id ?? ""}`.trim(),
  },
  {
    ...{ id: "address", header: "Address", width: "9rem", from: 820 },
    ...{ cell: ({ actor }) => actor.address ?? "–", value: ({ actor }) => actor.address },
  },
  {
    ...{ id: "at", header: "When", width: "6.5rem", align: "end" },
    ...{ cell: ({ at }) => <Time at={at} />, value: ({ at }) => at },
  },
  {
    ...{ id: "seq", header: "No.", width: "4.5rem", align: "end", from: 720 },
    ...{ cell: ({ seq }) => seq.toLocaleString(), value: ({ seq }) => seq },
  },
];
