import { randomId } from "@parley/web-kit";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useForm } from "react-hook-form";
import { agentsQuery } from "../agents/agent-queries.js";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import { type Schedule, scheduleCalls } from "../api/schedule-calls.js";
import { useCalls } from "../api/use-calls.js";
import { useMessageOptions } from "../sending/message-options.js";
import styles from "../trust/trust.module.css";
import { Combobox } from "../ui/combobox.js";
import { Drawer } from "../ui/dialog.js";
import { Form, FormField } from "../ui/form.js";
import { notify } from "../ui/notify.js";
import { NumberField } from "../ui/number-field.js";
import { Select } from "../ui/select.js";
import { TextArea, TextField } from "../ui/text-field.js";
import { bodyOf, CHANNELS, NEW_SCHEDULE, type ScheduleValues, valuesOf } from "./schedule-body.js";
import { cronReader, useCron } from "./use-cron.js";
import { zoneTime } from "./zone-time.js";

const NEXT = 5;
const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone")].map((zone) => ({ value: zone, label: zone }));
const PRESETS = [
  { value: "0 9 * * 1-5", label: "Weekdays at 09:00" },
  { value: "0 9 * * *", label: "Every day at 09:00" },
  { value: "0 9 * * 1", label: "Mondays at 09:00" },
  { value: "0 9 1 * *", label: "The first of the month at 09:00" },
];

const FIELDS = { "parameters.agent": "agent", "parameters.expires_in_hours": "hours" } as const;
const fieldOf = (path: string): keyof ScheduleValues | null => {
  if (path.startsWith("parameters.recipients")) return "recipients";
  if (path === "schedule") return "cron";
  return Object.entries(FIELDS).find(([name]) => name === path)?.[1] ?? null;
};

interface FormProps {
  /** With its recipients; null = a new one. */
  schedule: Schedule | null;
  onClose: () => void;
  onSaved: (id: string) => void;
}

/** When a link is created and sent, and to whom. */
export function ScheduleForm({ schedule, onClose, onSaved }: FormProps) {
  const calls = useCalls(scheduleCalls);
  const client = useQueryClient();
  const agents = useQuery(agentsQuery(useApi()));
  const [key] = useState(randomId);
  const form = useForm<ScheduleValues>({ defaultValues: schedule === null ? NEW_SCHEDULE : valuesOf(schedule) });
  const [cron, timezone, template] = form.watch(["cron", "timezone", "template"]);
  const messages = useMessageOptions(template);
  const save = async (values: ScheduleValues): Promise<void> => {
    const saved =
      schedule === null
        ? await answered(() =>
            calls.createSchedule({ ...bodyOf(values), action: "create_and_send_temp_chat_link" }, key),
          )()
        : await answered(() => calls.updateSchedule(schedule.id, bodyOf(values, schedule)))();
    for (const noun of ["schedules", "schedule"]) await client.invalidateQueries({ queryKey: [noun] });
    notify.good(schedule === null ? "The schedule is made." : "Saved.");
    onClose();
    onSaved(saved.id);
  };
  const agentOptions = (agents.data?.data ?? []).map(({ id, name }) => ({ value: id, label: name }));
  return (
    <Drawer open onClose={onClose} title={schedule === null ? "New schedule" : "Edit schedule"}>
      <Form form={form} submit={schedule === null ? "Create schedule" : "Save"} {...{ onSubmit: save, fieldOf }}>
        <FormField form={form} name="name" rules={{ required: "Enter a name." }}>
          {(bound) => <TextField label="Name" help="Only you see it." {...bound} />}
        </FormField>
        <FormField form={form} name="agent" rules={{ required: "Whose link is sent?" }}>
          {(bound) => <Combobox label="Agent" options={agentOptions} {...bound} />}
        </FormField>
        <Select
          label="When"
          placeholder="A pattern of your own"
          options={PRESETS}
          value={cron}
          onChange={(preset) => form.setValue("cron", preset, { shouldDirty: true })}
        />
        <FormField form={form} name="cron" rules={{ validate: canBeRead }}>
          {(bound) => <TextField label="Pattern" help="Minute, hour, day, month, day of week." mono {...bound} />}
        </FormField>
        <FormField form={form} name="timezone" rules={{ required: "Which time zone?" }}>
          {(bound) => <Combobox label="Time zone" options={ZONES} {...bound} />}
        </FormField>
        <Reading cron={cron} timezone={timezone ?? "UTC"} />
        <FormField form={form} name="channel">
          {(bound) => <Select label="Channel" options={CHANNELS} {...bound} />}
        </FormField>
        <FormField form={form} name="recipients" rules={{ required: "To whom?" }}>
          {(bound) => (
            <TextArea
              label="Recipients"
              help="One per line: an address, or a name with it, such as Ada <ada@example.com>."
              rows={4}
              {...bound}
            />
          )}
        </FormField>
        <FormField form={form} name="template">
          {(bound) => <Select label="Message" options={messages} {...bound} />}
        </FormField>
        <FormField form={form} name="hours">
          {(bound) => (
            <NumberField
              label="Link works for"
              unit="hours"
              min={1}
              max={87_600}
              help="Empty: as in the template."
              {...bound}
            />
          )}
        </FormField>
      </Form>
    </Drawer>
  );
}

const WRONG = "Five fields, such as 0 9 * * 1-5, or @daily.";

async function canBeRead(cron: string): Promise<true | string> {
  const { cronWords } = await cronReader();
  return cronWords(cron) !== null || WRONG;
}

/** The meaning of a pattern, before it is saved. */
function Reading({ cron, timezone }: { cron: string; timezone: string }) {
  const reader = useCron();
  const words = reader?.cronWords(cron) ?? null;
  const times = useMemo(() => reader?.nextTimes(cron, timezone, NEXT) ?? [], [reader, cron, timezone]);
  return (
    <div role="status" className={styles.reading}>
      {words === null ? (
        <p className={styles.note}>{reader === undefined ? "" : WRONG}</p>
      ) : times.length === 0 ? (
        <p className={styles.note}>This never occurs.</p>
      ) : (
        <>
          <p className={styles.title}>{words}</p>
          <ol className={styles.times} aria-label="Next five times">
            {times.map((at) => (
              <li key={at.getTime()}>{zoneTime(at, timezone)}</li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
}
