import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { csv } from "../parts/csv.js";
import { fileName, saveFile } from "../parts/save-file.js";
import { useLoad } from "../parts/use-load.js";
import type { Analytics, Link } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { DayChart } from "./day-chart.js";
import { DayTable } from "./day-table.js";
import { plural } from "../sessions/session-rows.js";
import { WhenReady } from "../parts/states.js";

const PERIODS = [7, 30, 90, 366] as const;

/** How the link was used in the last days, as numbers, a chart, a table and a file. */
export function LinkNumbers({ agent, link }: { agent: string; link: Link }) {
  const api = useApi();
  const [days, setDays] = useState(30);
  const { loaded, reload } = useLoad(`${link.id} ${days}`, () => api.analytics(agent, link.id, days));
  const download = ({ by_day: rows }: Analytics): void => {
    const head = ["day", "sessions", "messages", "completed"];
    const lines = rows.map(({ day, sessions, messages, completed }) => [day, sessions, messages, completed]);
    saveFile(`${fileName(link.title)}-${days}-days.csv`, csv([head, ...lines]), "text/csv;charset=utf-8");
  };
  return (
    <section class="block" aria-labelledby="numbers-title">
      <div class="block-head wrap">
        <h2 id="numbers-title">Use</h2>
        <div class="actions">
          <select
            class="input small"
            aria-label="Period"
            value={String(days)}
            onChange={(event) => setDays(Number(event.currentTarget.value))}
          >
            {PERIODS.map((period) => (
              <option key={period} value={String(period)}>
                {period === 366 ? "Last year" : `Last ${period} days`}
              </option>
            ))}
          </select>
          {loaded.state === "ready" && (
            <button type="button" class="button quiet small" onClick={() => download(loaded.value)}>
              Download as CSV
            </button>
          )}
        </div>
      </div>
      <WhenReady loaded={loaded} onRetry={() => void reload()}>
        {(numbers) => (
          <>
            <Figures numbers={numbers} />
            {numbers.sessions.total === 0 ? (
              <p class="note chart-note">
                Nobody has used it in this time. Open the address in another window and say hello: the conversation
                appears here.
              </p>
            ) : (
              <div class="charts">
                <DayChart days={numbers.by_day} measure="sessions" />
                <DayChart days={numbers.by_day} measure="messages" />
              </div>
            )}
            <EndReasons numbers={numbers} />
            <DayTable days={numbers.by_day} />
          </>
        )}
      </WhenReady>
    </section>
  );
}

function Figures({ numbers }: { numbers: Analytics }) {
  const { unique_visitors: visitors, engagement, response_time_ms: response, satisfaction } = numbers;
  return (
    <dl class="facts">
      <Figure name="Conversations">{numbers.sessions.total.toLocaleString("en")}</Figure>
      <Figure name="Messages" note={numbers.failed_messages > 0 ? `${numbers.failed_messages} failed` : undefined}>
        {numbers.messages.toLocaleString("en")}
      </Figure>
      <Figure name="Visitors" note={`${visitors.confirmed} with a confirmed address`}>
        {visitors.total.toLocaleString("en")}
      </Figure>
      <Figure name="Came to the end" note="of those that ended">
        {numbers.completion_rate === null ? "–" : `${Math.round(numbers.completion_rate * 100)} %`}
      </Figure>
      <Figure name="Messages each">{shown(engagement.average_messages)}</Figure>
      <Figure name="Length">{duration(engagement.average_duration_seconds)}</Figure>
      <Figure name="Answer within" note={`95 % within ${seconds(response.p95)}`}>
        {seconds(response.average)}
      </Figure>
      <Figure name="Rated" note={plural(satisfaction.ratings, "rating")}>
        {shown(satisfaction.average)}
      </Figure>
    </dl>
  );
}

function EndReasons({ numbers }: { numbers: Analytics }) {
  const reasons = Object.entries(numbers.end_reasons);
  if (reasons.length === 0) return null;
  const inWords = reasons
    .toSorted(([, one], [, other]) => other - one)
    .map(([reason, count]) => `${reason.replaceAll("_", " ")} ${count.toLocaleString("en")}`);
  return <p class="help end-reasons">Why conversations ended: {inWords.join(", ")}.</p>;
}

function Figure({ name, note, children }: { name: string; note?: string | undefined; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <strong class="figure-number">{children}</strong>
        {note && <span class="fact-note">{note}</span>}
      </dd>
    </div>
  );
}

const shown = (value: number | null): string => (value === null ? "–" : value.toFixed(1).replace(/\.0$/, ""));
const seconds = (ms: number | null): string => (ms === null ? "–" : `${(ms / 1_000).toFixed(1)} s`);

function duration(value: number | null): string {
  if (value === null) return "–";
  return value < 90 ? `${Math.round(value)} s` : `${Math.round(value / 60)} min`;
}
