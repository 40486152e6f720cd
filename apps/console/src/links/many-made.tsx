import type { BulkLinks } from "../api/answers.js";
import { csv } from "../parts/csv.js";
import { PageHeader } from "../parts/page-header.js";
import { saveFile } from "../parts/save-file.js";
import { plural } from "../sessions/session-rows.js";
import type { Recipient } from "./recipients.js";

interface ManyMadeProps {
  agent: string;
  people: Recipient[];
  results: BulkLinks["results"];
}

/** The addresses that were made, person by person, to look at and to take away. */
export function ManyMade({ agent, people, results }: ManyMadeProps) {
  const made = results.filter(({ error }) => error === undefined);
  const failed = results.length - made.length;
  const nameOf = (index: number): string => people[index]?.name || people[index]?.email || `Line ${index + 1}`;
  const download = (): void => {
    const rows = made.map(({ index, url }) => [people[index]?.name ?? "", people[index]?.email ?? "", url ?? ""]);
    saveFile("links.csv", csv([["name", "email", "url"], ...rows]), "text/csv;charset=utf-8");
  };
  return (
    <>
      <PageHeader
        title={failed === 0 ? `${plural(made.length, "link")} ready` : `${made.length} made, ${failed} refused`}
        parent={{ to: "/links/{-$agent}", params: { agent }, label: "Links" }}
        lead="Take the list away now: one address after the other is tedious to collect later."
      >
        {made.length > 0 && (
          <button type="button" className="button primary" onClick={download}>
            Download as CSV
          </button>
        )}
      </PageHeader>
      <div className="framed">
        <table>
          <thead>
            <tr>
              <th scope="col">For</th>
              <th scope="col">Address</th>
            </tr>
          </thead>
          <tbody>
            {results.map((result) => (
              <tr key={result.index}>
                <th scope="row">{nameOf(result.index)}</th>
                <td className={result.error === undefined ? "mono" : "field-problem"}>
                  {result.error === undefined ? result.url : reasonOf(result.error)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

type BulkError = NonNullable<BulkLinks["results"][number]["error"]>;

function reasonOf({ message, errors = [] }: BulkError): string {
  return [message, ...errors.map((field) => `${field.pointer} ${field.message}`.trim())].join(" ");
}
