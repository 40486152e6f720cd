import type { Day } from "../api/answers.js";

/** The numbers behind the charts, newest first; days without any are left out. */
export function DayTable({ days }: { days: Day[] }) {
  const used = days.filter(({ sessions, messages }) => sessions + messages > 0).reverse();
  if (used.length === 0) return null;
  return (
    <details className="fold table-fold">
      <summary>Day by day, as a table</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">Conversations</th>
            <th scope="col">Messages</th>
            <th scope="col">Completed</th>
          </tr>
        </thead>
        <tbody>
          {used.map(({ day, sessions, messages, completed }) => (
            <tr key={day}>
              <th scope="row">{day}</th>
              <td>{sessions.toLocaleString("en")}</td>
              <td>{messages.toLocaleString("en")}</td>
              <td>{completed.toLocaleString("en")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
