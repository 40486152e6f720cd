import { useQuery } from "@tanstack/react-query";
import { Mail as MailIcon, RotateCw } from "lucide-react";
import { useMemo } from "react";
import type { Mail } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import sending from "../sending/sending.module.css";
import { Button } from "../ui/button.js";
import { PageHeader } from "../ui/page-header.js";
import { QueryView } from "../ui/query-view.js";
import { EmptyState } from "../ui/states.js";
import type { Column } from "../ui/table/column.js";
import { DataTable } from "../ui/table/data-table.js";
import { useListState } from "../ui/table/list-state.js";
import { rowsHere } from "../ui/table/use-list.js";
import { Time } from "../ui/time.js";

const SHOWN = 100;
const NAMES = ["q"];
const FILTERS = [{ id: "q", type: "text", label: "Find", placeholder: "Subject, person, text" }] as const;
const rowId = ({ id }: Mail): string => id;
const COLUMNS: readonly Column<Mail>[] = [
  {
    ...{ id: "subject", header: "Subject", width: "minmax(8rem, 2fr)", value: ({ subject }) => subject },
    cell: ({ subject }) => <span dir="auto">{subject}</span>,
  },
  { id: "to", header: "To", width: "minmax(8rem, 1fr)", from: 480, cell: ({ to }) => to, value: ({ to }) => to },
  {
    ...{ id: "at", header: "When", width: "6.5rem", align: "end", value: (row) => row.created_at },
    cell: (row) => <Time at={row.created_at} />,
  },
];

/** Mails that would have been sent, if a mail server were configured. */
export function MailPage() {
  const api = useApi();
  const query = useQuery({ queryKey: ["mail", SHOWN], queryFn: answered(() => api.mails(SHOWN)) });
  return (
    <>
      <PageHeader title="Mail" lead="No mail server is configured, so mails are kept here instead of being sent.">
        <Button icon={<RotateCw />} onClick={() => void query.refetch()}>
          Refresh
        </Button>
      </PageHeader>
      {query.error?.problem.status === 404 ? (
        <EmptyState title="Mails are sent" icon={<MailIcon />}>
          A mail server is configured, so there is nothing to see here.
        </EmptyState>
      ) : (
        <QueryView query={query}>{({ data }) => <Mails mails={data} />}</QueryView>
      )}
    </>
  );
}

function Mails({ mails }: { mails: readonly Mail[] }) {
  const list = useListState(NAMES);
  const { q = "" } = list.filter;
  const rows = useMemo(() => {
    const words = q.toLowerCase().split(/\s+/).filter(Boolean);
    return mails.filter(({ subject, to, text }) => {
      const all = `${subject} ${to} ${text}`.toLowerCase();
      return words.every((word) => all.includes(word));
    });
  }, [mails, q]);
  return (
    <DataTable
      {...{ id: "mail", label: "Mails", list, source: rowsHere(rows), columns: COLUMNS, filters: FILTERS, rowId }}
      order="here"
      peek={{
        title: ({ subject }) => subject,
        content: ({ to, text }) => (
          <div className={sending.stack}>
            <p className={sending.note}>To {to}</p>
            <pre className={sending.message} dir="auto">
              {text}
            </pre>
          </div>
        ),
      }}
      empty={
        <EmptyState title="No mails yet" icon={<MailIcon />}>
          Open a link that asks for an e-mail address and type any address: the code appears here. So do the mails about
          access requests.
        </EmptyState>
      }
    />
  );
}
