import { Inbox, Plus } from "lucide-react";
import { Avatar } from "../../../src/ui/avatar.js";
import { Button, LinkButton } from "../../../src/ui/button.js";
import { BarChart, Funnel, LineChart } from "../../../src/ui/charts/charts.js";
import { CopyButton } from "../../../src/ui/copy-button.js";
import { IconButton } from "../../../src/ui/icon-button.js";
import { Markdown } from "../../../src/ui/markdown/markdown.js";
import { QueryView } from "../../../src/ui/query-view.js";
import { EmptyState } from "../../../src/ui/states.js";
import { Chip, Status } from "../../../src/ui/status.js";
import { Tab, Tabs } from "../../../src/ui/tabs.js";
import { Time } from "../../../src/ui/time.js";
import { Money, Mono, NumberText } from "../../../src/ui/values.js";

const refetch = (async () => undefined) as never;
const query = { data: undefined, error: null, isPending: false, refetch };
const refused = (status: number) =>
  Object.assign(new Error("x"), {
    problem: { status, detail: `Refused with ${status}.`, requestId: "req-1" },
  }) as never;

const days = Array.from({ length: 14 }, (_, day) => `${day + 1} Nov`);
const byDay = {
  axis: "Day",
  labels: days,
  series: [
    { name: "Sessions", values: days.map((_, day) => 40 + 20 * Math.sin(day / 2) + day) },
    { name: "Escalated", values: days.map((_, day) => 6 + 3 * Math.cos(day)) },
  ],
};
const spend = {
  axis: "Day",
  labels: days,
  series: [{ name: "Spend", values: days.map((_, day) => 2 + (day % 5)) }],
};
const steps = [
  { name: "Opened", value: 1240 },
  { name: "Wrote something", value: 830 },
  { name: "Gave a date", value: 412 },
  { name: "Booked", value: 318 },
];
const words =
  "Your **appointment** is on *Tuesday*.\n\n| Day | Price |\n|---|---:|\n| Tue | 40 |\n\n- [Directions](https://clinic.example/way)\n- <img src=x onerror=alert(1)>\n\n```\ncode\n```";

export function PartsSection() {
  return (
    <>
      <section>
        <h2>Buttons and values</h2>
        <div className="line">
          <Button look="primary" icon={<Plus />}>
            New link
          </Button>
          <Button>Plain</Button>
          <Button look="quiet">Quiet</Button>
          <Button look="danger">Delete</Button>
          <Button busy>Saving</Button>
          <Button disabled>Disabled</Button>
          <LinkButton to=".">A page</LinkButton>
          <IconButton label="Open the inbox" icon={<Inbox />} shortcut="archive" />
          <CopyButton text="pl_abc" what="address" />
        </div>
        <div className="line">
          <Status tone="good">Live</Status>
          <Status tone="warn">Waiting 6 min</Status>
          <Status tone="problem">Failed</Status>
          <Status>Ended</Status>
          <Chip>Draft</Chip>
          <Chip tone="accent">3 new</Chip>
          <Avatar name="Ada Lovelace" />
          <Avatar name="maria@clinic.example" size={32} />
          <Time at={Date.now() - 300_000} />
          <Money amount={0.0123} />
          <Money amount={1240.5} />
          <NumberText value={123456} short />
          <Mono>pl_3f9a</Mono>
        </div>
        <Tabs label="Parts of the agent">
          <Tab to="." activeOptions={{ exact: true }}>
            Prompt
          </Tab>
          <Tab to="/sessions" count={12}>
            Tests
          </Tab>
        </Tabs>
      </section>
      <section>
        <h2>Charts</h2>
        <div className="columns">
          <LineChart title="Conversations by day" data={byDay} />
          <BarChart title="Spend by day" data={spend} format={(value) => `$${value}`} />
        </div>
        <Funnel title="How far people came" steps={steps} />
      </section>
      <section>
        <h2>States</h2>
        <div className="columns">
          <QueryView query={{ ...query, isPending: true }}>{() => null}</QueryView>
          <QueryView query={{ ...query, error: refused(500) }}>{() => null}</QueryView>
          <QueryView query={{ ...query, error: refused(403) }}>{() => null}</QueryView>
          <QueryView
            query={{ ...query, data: [] as string[] }}
            empty={
              <EmptyState title="No links yet" icon={<Inbox />} action={<Button look="primary">New link</Button>}>
                A link puts an agent in front of people. Make one and send it.
              </EmptyState>
            }
          >
            {() => null}
          </QueryView>
        </div>
      </section>
      <section>
        <h2>Markdown</h2>
        <div className="line">
          <Markdown>{words}</Markdown>
        </div>
      </section>
    </>
  );
}
