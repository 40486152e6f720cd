import { useQueryClient } from "@tanstack/react-query";
import { MailX, Plus, Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { useForm } from "react-hook-form";
import { answered } from "../api/query.js";
import { type Suppression, sendingCalls } from "../api/sending-calls.js";
import { useCalls } from "../api/use-calls.js";
import { SettingsNav } from "../settings/settings-nav.js";
import { Button } from "../ui/button.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { Dialog } from "../ui/dialog.js";
import { Form, FormField } from "../ui/form.js";
import { IconButton } from "../ui/icon-button.js";
import { notify } from "../ui/notify.js";
import { PageHeader } from "../ui/page-header.js";
import { Select } from "../ui/select.js";
import { EmptyState } from "../ui/states.js";
import { Chip } from "../ui/status.js";
import type { Column } from "../ui/table/column.js";
import { DataTable } from "../ui/table/data-table.js";
import { useListState } from "../ui/table/list-state.js";
import { useList } from "../ui/table/use-list.js";
import { TextField } from "../ui/text-field.js";
import { Time } from "../ui/time.js";

const NO_FILTERS: readonly string[] = [];
const rowId = ({ id }: Suppression): string => id;
const REASONS: Record<Suppression["reason"], string> = {
  unsubscribed: "Unsubscribed",
  owner: "Added here",
  bounced: "Mail came back",
};
const addressOf = ({ address }: Suppression): string => address ?? "Erased; its hash keeps the wish";

/** People who get no more messages with links. */
export function SuppressionsPage() {
  const calls = useCalls(sendingCalls);
  const list = useListState(NO_FILTERS);
  const source = useList({
    queryKey: ["suppressions"],
    page: (cursor) => answered(() => calls.suppressions(cursor))(),
  });
  const [adding, setAdding] = useState(false);
  const [allowing, setAllowing] = useState<Suppression | null>(null);
  const client = useQueryClient();
  const columns = useMemo(() => columnsOf(setAllowing), []);
  const add = (
    <Button look="primary" icon={<Plus />} onClick={() => setAdding(true)}>
      Add an address
    </Button>
  );
  return (
    <>
      <PageHeader title="Do not contact" lead="Who gets no more messages with links, of any agent.">
        {source.state === "ready" && source.rows.length > 0 ? add : null}
      </PageHeader>
      <SettingsNav />
      <DataTable
        {...{ id: "suppressions", label: "Do not contact", list, source, columns, rowId }}
        empty={
          <EmptyState title="No suppressed addresses" icon={<MailX />} action={add}>
            Each mail has a way to unsubscribe; people who unsubscribe appear here at once. Add those who told you in
            another way.
          </EmptyState>
        }
      />
      {adding ? <AddDialog onClose={() => setAdding(false)} /> : null}
      <ConfirmDialog
        open={allowing !== null}
        onClose={() => setAllowing(null)}
        title={`Write to ${allowing?.address ?? "them"} again?`}
        consequences={[
          "Messages with links reach them again, from now on.",
          allowing?.reason === "unsubscribed"
            ? "They unsubscribed: remove them only at their request."
            : "Remove them only with their consent.",
        ]}
        action="Take off the list"
        run={async () => {
          if (allowing === null) return;
          await answered(() => calls.allow(allowing.id))();
          notify.good("Taken off the list.");
          await client.invalidateQueries({ queryKey: ["suppressions"] });
        }}
      />
    </>
  );
}

const columnsOf = (onAllow: (row: Suppression) => void): Column<Suppression>[] => [
  { id: "address", header: "Address", width: "minmax(10rem, 2fr)", cell: addressOf, value: ({ address }) => address },
  {
    ...{ id: "reason", header: "Why", width: "8.5rem", value: ({ reason }) => reason },
    cell: ({ reason }) => <Chip>{REASONS[reason]}</Chip>,
  },
  {
    ...{ id: "at", header: "Since", width: "7rem", align: "end", from: 480, value: (row) => row.created_at },
    cell: (row) => <Time at={row.created_at} />,
  },
  {
    ...{ id: "allow", header: "Take off", width: "5rem", align: "end" },
    cell: (row) => (
      <IconButton
        label={`Take ${row.address ?? "this address"} off the list`}
        icon={<Trash2 />}
        onClick={() => onAllow(row)}
      />
    ),
  },
];

const CHANNELS = [
  { value: "email", label: "E-mail" },
  { value: "sms", label: "SMS" },
] as const;

function AddDialog({ onClose }: { onClose: () => void }) {
  const calls = useCalls(sendingCalls);
  const client = useQueryClient();
  const form = useForm<{ channel: "email" | "sms"; address: string }>({
    defaultValues: { channel: "email", address: "" },
  });
  const channel = form.watch("channel");
  return (
    <Dialog
      open
      onClose={onClose}
      title="Add an address"
      description="It holds at once, also for what is about to be sent."
    >
      <Form
        form={form}
        submit="Add"
        onCancel={onClose}
        onSubmit={async ({ address, ...values }) => {
          await answered(() => calls.suppress({ ...values, address: address.trim() }))();
          await client.invalidateQueries({ queryKey: ["suppressions"] });
          notify.good("They get no more messages with links.");
          onClose();
        }}
      >
        <FormField form={form} name="channel">
          {(bound) => <Select label="Channel" options={CHANNELS} {...bound} />}
        </FormField>
        <FormField form={form} name="address" rules={{ required: "Which address?" }}>
          {(bound) => (
            <TextField
              label={channel === "email" ? "E-mail address" : "Phone number, with its country"}
              type={channel === "email" ? "email" : "tel"}
              {...bound}
            />
          )}
        </FormField>
      </Form>
    </Dialog>
  );
}
