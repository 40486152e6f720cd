import { csv } from "../data/csv.js";
import type { Recipient } from "../data/recipients.js";
import { saveFile } from "../data/save-file.js";
import type { BulkResult } from "../net/link-models.js";
import { pathOf } from "../routing/route.js";
import { PageHeader } from "./page-header.js";
import { plural } from "./session-rows.js";

interface ManyMadeProps {
  agent: string;
  people: Recipient[];
  results: BulkResult[];
}

/** The addresses that were made, person by person, to look at and to take away. */
export function ManyMade({ agent, people, results }: ManyMadeProps) {
  const made = results.filter(({ done }) => done);
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
        parent={{ href: pathOf({ page: "links", agent }), label: "Links" }}
        lead="Take the list away now: one address after the other is tedious to collect later."
      >
        {made.length > 0 && (
          <button type="button" class="button primary" onClick={download}>
            Download as CSV
          </button>
        )}
      </PageHeader>
      <div class="framed">
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
                <td class={result.done ? "mono" : "field-problem"}>{result.done ? result.url : result.error}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
