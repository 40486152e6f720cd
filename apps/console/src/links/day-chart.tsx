import type { Day } from "../api/answers.js";
import { plural } from "../sessions/session-rows.js";

interface DayChartProps {
  days: Day[];
  measure: "sessions" | "messages";
}

const WIDTH = 600;
const HEIGHT = 120;
const GAP = 0.2;
const WORDS = { sessions: "Conversations per day", messages: "Messages per day" } as const;
const NOUNS = { sessions: "conversation", messages: "message" } as const;

/** Bars, one per day. The table below has the same numbers; the picture itself says only its shape in words. */
export function DayChart({ days, measure }: DayChartProps) {
  const most = Math.max(1, ...days.map((day) => day[measure]));
  const peak = days.find((day) => day[measure] === most);
  const step = WIDTH / Math.max(1, days.length);
  const summary = `${WORDS[measure]}: at most ${most}${peak ? ` on ${peak.day}` : ""}`;
  return (
    <figure className="chart">
      <figcaption>
        {WORDS[measure]} <span className="fact-note">up to {most.toLocaleString("en")}</span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={summary}>
        {days.map((day, index) => {
          const height = (day[measure] / most) * (HEIGHT - 2);
          return (
            <rect
              key={day.day}
              className={day[measure] === 0 ? "none" : undefined}
              x={index * step + (step * GAP) / 2}
              y={HEIGHT - Math.max(height, 2)}
              width={step * (1 - GAP)}
              height={Math.max(height, 2)}
            >
              <title>{`${day.day}: ${plural(day[measure], NOUNS[measure])}`}</title>
            </rect>
          );
        })}
      </svg>
      <p className="chart-ends" aria-hidden="true">
        <span>{days[0]?.day}</span>
        <span>{days.at(-1)?.day}</span>
      </p>
    </figure>
  );
}
