import { Download } from "lucide-react";
import type { BulkLinks } from "../api/answers.js";
import { plural } from "../sessions/session-rows.js";
import table from "../trust/trust.module.css";
import { Button } from "../ui/button.js";
import { csv } from "../ui/csv.js";
import { PageHeader } from "../ui/page-header.js";
import { saveFile } from "../ui/save-file.js";
import { Status } from "../ui/status.js";
import { Mono } from "../ui/values.js";
import type { Recipient } from "./recipients.js";

interface ManyMadeProps {
  agent: string;
  people: Recipient[];
  results: BulkLinks["results"];
}

/** The created addresses, one per person, to view and to download. */
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
          <Button look="primary" icon={<Download />} onClick={download}>
            Download as CSV
          </Button>
        )}
      </PageHeader>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">For</th>
            <th scope="col">Address</th>
          </tr>
        </thead>
        <tbody>
          {results.map(({ index, url, error }) => (
            <tr key={index}>
              <td>{nameOf(index)}</td>
              <td>
                {error === undefined ? (
                  <Mono>{url}</Mono>
                ) : (
                  <>
                    <Status tone="problem">Not made</Status> {reasonOf(error)}
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

type BulkError = NonNullable<BulkLinks["results"][number]["error"]>;

function reasonOf({ message, errors = [] }: BulkError): string {
  return [message, ...errors.map((field) => `${field.pointer} ${field.message}`.trim())].join(" ");
}
