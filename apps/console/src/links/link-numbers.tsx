import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Analytics, PublicLink } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { csv } from "../parts/csv.js";
import { fileName, saveFile } from "../parts/save-file.js";
import { WhenReady } from "../parts/states.js";
import { plural } from "../sessions/session-rows.js";
import { DayChart } from "./day-chart.js";
import { DayTable } from "./day-table.js";

const PERIODS = [7, 30, 90, 366] as const;

/** How the link was used in the last days, as numbers, a chart, a table and a file. */
export function LinkNumbers({ agent, link }: { agent: string; link: PublicLink }) {
  const api = useLinkApi();
  const [days, setDays] = useState(30);
  const query = useQuery({
    queryKey: ["link", link.id, "analytics", days],
    queryFn: answered(() => api.analytics(agent, link.id, days)),
  });
  const download = ({ by_day: rows }: Analytics): void => {
    const head = ["day", "sessions", "messages", "completed"];
    const lines = rows.map(({ day, sessions, messages, completed }) => [day, sessions, messages, completed]);
    saveFile(`${fileName(link.title)}-${days}-days.csv`, csv([head, ...lines]), "text/csv;charset=utf-8");
  };
  return (
    <section className="block" aria-labelledby="numbers-title">
      <div className="block-head wrap">
        <h2 id="numbers-title">Use</h2>
        <div className="actions">
          <select
            className="input small"
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
          {query.data && (
            <button type="button" className="button quiet small" onClick={() => download(query.data)}>
              Download as CSV
            </button>
          )}
        </div>
      </div>
      <WhenReady query={query}>
        {(numbers) => (
          <>
            <Figures numbers={numbers} />
            {numbers.sessions.total === 0 ? (
              <p className="note chart-note">
                Nobody has used it in this time. Open the address in another window and say hello: the conversation
                appears here.
              </p>
            ) : (
              <div className="charts">
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
    <dl className="facts">
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
  return <p className="help end-reasons">Why conversations ended: {inWords.join(", ")}.</p>;
}

function Figure({ name, note, children }: { name: string; note?: string | undefined; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <strong className="figure-number">{children}</strong>
        {note && <span className="fact-note">{note}</span>}
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
