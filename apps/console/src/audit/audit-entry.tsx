import type { ReactNode } from "react";
import type { AuditEntryView } from "../api/trust-calls.js";
import styles from "../trust/trust.module.css";
import { CopyButton } from "../ui/copy-button.js";
import { Link } from "../ui/link.js";
import { Time } from "../ui/time.js";
import { Mono } from "../ui/values.js";
import { actionWords, changesOf, restOf, valueText } from "./audit-words.js";

/** One entry with all its details. */
export function AuditEntry({ entry, who }: { entry: AuditEntryView; who: string }) {
  const { actor, details } = entry;
  return (
    <>
      <dl className={styles.facts}>
        <Fact name="Who">
          {who} <span className={styles.note}>({actor.role})</span>
        </Fact>
        <Fact name="When">
          {new Date(entry.at).toLocaleString()} (<Time at={entry.at} />)
        </Fact>
        <Fact name="From">{actor.address ?? "The address was not noted"}</Fact>
        <Fact name="Action">
          <Mono>{entry.action}</Mono>
        </Fact>
        <Fact name="On">
          <TargetLink entry={entry} />
        </Fact>
        {restOf(entry).map(([name, value]) => (
          <Fact key={name} name={name === "other" ? "Also changed" : actionWords(name)}>
            {valueText(value)}
          </Fact>
        ))}
        {entry.request_id === null ? null : (
          <Fact name="Request">
            <Mono>{entry.request_id}</Mono>
          </Fact>
        )}
      </dl>
      {"before" in details || "after" in details ? <Changes entry={entry} /> : null}
      <section className={styles.part}>
        <h3 className={styles.heading}>Place in the chain</h3>
        <p className={styles.note}>
          Entry {entry.seq.toLocaleString()}. Its hash is made of the entry and of the hash before it, so no entry can
          be changed or taken out unnoticed.
        </p>
        <p className={styles.hash}>
          <Mono>{entry.hash}</Mono>
          <CopyButton text={entry.hash} what="the hash" />
        </p>
      </section>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Changes({ entry }: { entry: AuditEntryView }) {
  const changes = changesOf(entry);
  if (changes.length === 0) return null;
  return (
    <section className={styles.part}>
      <h3 className={styles.heading}>What changed</h3>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ field, before, after }) => (
            <tr key={field}>
              <td>{actionWords(field)}</td>
              <td>{valueText(before)}</td>
              <td>{valueText(after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function TargetLink({ entry: { target_type: type, target_id: id } }: { entry: AuditEntryView }) {
  const kind = actionWords(type);
  if (id === null) return kind;
  return (
    <>
      {kind}{" "}
      {type === "session" ? (
        <Link to="/sessions/$id" params={{ id }}>
          {id}
        </Link>
      ) : type === "agent" ? (
        <Link to="/agents/$agent" params={{ agent: id }}>
          {id}
        </Link>
      ) : (
        <Mono>{id}</Mono>
      )}
    </>
  );
}
