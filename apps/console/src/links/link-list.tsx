import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { allPages } from "../api/all-pages.js";
import type { Agent, PublicLink } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import { announce } from "../app/announcement.js";
import { ProblemCard, WhenReady } from "../parts/states.js";
import { plural } from "../sessions/session-rows.js";
import { DeleteLinkDialog } from "./delete-link-dialog.js";
import { DisableLinksDialog } from "./disable-links-dialog.js";
import { LinkRow } from "./link-row.js";
import { useLinkActions } from "./use-link-actions.js";

/** The links of an agent, and what can be done with one or with many of them. */
export function LinkList({ agent, empty }: { agent: Agent; empty: ReactNode }) {
  const api = useApi();
  const query = useQuery({
    queryKey: ["links", agent.id],
    queryFn: answered(() => allPages((cursor) => api.links(agent.id, cursor))),
  });
  const actions = useLinkActions({ api, agent, reload: query.refetch });
  const [deleting, setDeleting] = useState<PublicLink | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [sought, setSought] = useState("");
  const choose = (ids: string[], on: boolean): void =>
    setChosen((before) => {
      const after = new Set(before);
      for (const id of ids) on ? after.add(id) : after.delete(id);
      return after;
    });
  return (
    <>
      {actions.problem && <ProblemCard problem={actions.problem} />}
      <WhenReady query={query}>
        {({ data: all, more }) => (
          <>
            {all.length === 0 && empty}
            {all.length > FEW && <Search sought={sought} found={found(all, sought).length} onChange={setSought} />}
            {all.length > 1 && (
              <Choice
                links={found(all, sought)}
                chosen={found(all, sought).filter(({ id }) => chosen.has(id))}
                onChoose={choose}
                onDisable={async (links) => {
                  const refused = await actions.disableMany(links);
                  if (refused === null) setChosen(new Set());
                  return refused;
                }}
              />
            )}
            <ul className="rows">
              {found(all, sought).map((link) => (
                <LinkRow
                  key={link.id}
                  link={link}
                  agent={agent.slug}
                  chosen={chosen.has(link.id)}
                  onChoose={(on) => choose([link.id], on)}
                  onCopy={() => actions.copy(link)}
                  onToggle={() => actions.toggle(link)}
                  onDelete={() => setDeleting(link)}
                />
              ))}
            </ul>
            {more && <p className="help">Only the newest {all.length} links are shown.</p>}
          </>
        )}
      </WhenReady>
      {deleting && (
        <DeleteLinkDialog
          agent={agent.id}
          link={deleting}
          onDelete={() => actions.remove(deleting)}
          onDisable={() => void actions.toggle(deleting)}
          onClose={() => setDeleting(null)}
        />
      )}
    </>
  );
}

/** So many are found by looking. */
const FEW = 8;

/** Links with all the words that were typed, wherever they stand. */
function found(links: PublicLink[], sought: string): PublicLink[] {
  const words = sought.toLowerCase().split(/\s+/).filter(Boolean);
  return links.filter(({ title, description, recipient, token_hint: tokenHint, status }) => {
    const text = [title, description, recipient?.name, recipient?.email, tokenHint, status].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function Search({ sought, found: count, onChange }: { sought: string; found: number; onChange(sought: string): void }) {
  return (
    <div className="field search">
      <label htmlFor="field-sought">Find</label>
      <input
        id="field-sought"
        className="input"
        type="search"
        placeholder="Title, person, end of the address or status"
        value={sought}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <p className="help" role="status">
        {sought.trim() !== "" && (count === 0 ? "No link has these words." : `${plural(count, "link")} found.`)}
      </p>
    </div>
  );
}

interface ChoiceProps {
  links: PublicLink[];
  chosen: PublicLink[];
  onChoose(ids: string[], on: boolean): void;
  onDisable: Parameters<typeof DisableLinksDialog>[0]["onDisable"];
}

/** What is selected, and what can be done with all of it. */
function Choice({ links, chosen, onChoose, onDisable }: ChoiceProps) {
  const [asking, setAsking] = useState<PublicLink[] | null>(null);
  const all = links.length > 0 && chosen.length === links.length;
  const open = (): void => {
    const working = chosen.filter(({ is_active: isActive }) => isActive);
    if (working.length > 0) setAsking(working);
    else announce(chosen.length === 0 ? "Select links first." : "They are disabled already.");
  };
  return (
    <div className="choice">
      <label className="check">
        <input
          type="checkbox"
          checked={all}
          onChange={() =>
            onChoose(
              links.map(({ id }) => id),
              !all,
            )
          }
        />
        <span>{chosen.length === 0 ? "Select all" : `${plural(chosen.length, "link")} selected`}</span>
      </label>
      {chosen.length > 0 && (
        <button type="button" className="button quiet small risky" onClick={open}>
          Disable selected
        </button>
      )}
      {asking && <DisableLinksDialog links={asking} onDisable={onDisable} onClose={() => setAsking(null)} />}
    </div>
  );
}
