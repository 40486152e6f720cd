import { useState } from "react";
import { type Found, type FoundPassage, SEARCH_MODES, type SearchMode } from "../api/answers.js";
import { knowledgeCalls } from "../api/knowledge-calls.js";
import type { Problem } from "../api/problem.js";
import { useCalls } from "../api/use-calls.js";
import { Field, focusFirst } from "../parts/field.js";
import { Link } from "../ui/link.js";
import { ProblemCard } from "../ui/problem-card.js";

const MODE_WORDS: Record<SearchMode, string> = { hybrid: "Words and vectors", fts: "Words", vector: "Vectors" };
const TOP_K = 5;

type Outcome = { type: "none" } | { type: "found"; found: Found } | { type: "refused"; problem: Problem };

/** Shows what an answer would be given for a question, with the scores that decided. */
export function KnowledgeSearch({ agent }: { agent: string }) {
  const api = useCalls(knowledgeCalls);
  const [query, setQuery] = useState("");
  const [mode, setMode] = useState<SearchMode>("hybrid");
  const [wrong, setWrong] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>({ type: "none" });
  const search = async (): Promise<void> => {
    if (busy) return;
    if (query.trim() === "") {
      setWrong("Write a question first.");
      return focusFirst({ query: "" });
    }
    setWrong(undefined);
    setBusy(true);
    const answer = await api.searchDocuments(agent, { query: query.trim(), mode, topK: TOP_K });
    setBusy(false);
    setOutcome(answer.type === "ok" ? { type: "found", found: answer.value } : { type: "refused", problem: answer });
  };
  return (
    <section className="block" aria-labelledby="search-title">
      <h2 id="search-title">Try a question</h2>
      <form
        className="search-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void search();
        }}
      >
        <Field
          name="query"
          label="What a visitor might say"
          help={`The ${TOP_K} best passages are shown, as an answer of the newest version would get them.`}
          problem={wrong}
        >
          {(control) => (
            <input
              {...control}
              className="input"
              maxLength={2_000}
              autoComplete="off"
              value={query}
              onChange={(event) => setQuery(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field name="mode" label="Search by">
          {(control) => (
            <select
              {...control}
              className="input"
              value={mode}
              onChange={(event) => setMode(SEARCH_MODES.find((one) => one === event.currentTarget.value) ?? "hybrid")}
            >
              {SEARCH_MODES.map((one) => (
                <option key={one} value={one}>
                  {MODE_WORDS[one]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <button type="submit" className="button primary" aria-disabled={busy}>
          {busy ? "Searching…" : "Search"}
        </button>
      </form>
      <div role="status" className="found">
        {outcome.type === "found" && <FoundPassages agent={agent} found={outcome.found} />}
      </div>
      {outcome.type === "refused" && <ProblemCard problem={outcome.problem} />}
    </section>
  );
}

function FoundPassages({ agent, found }: { agent: string; found: Found }) {
  return (
    <>
      <p className="help">
        {countWords(found.passages.length)}
        {found.warning !== null && " There were no vectors to compare with: words alone were searched."}
        {found.embedding &&
          ` The vector of the question took ${found.embedding.input_tokens} tokens of ${found.embedding.model}.`}
      </p>
      <ol className="rows">
        {found.passages.map((passage) => (
          <PassageRow key={`${passage.document_id}:${passage.n}`} {...{ agent, passage }} />
        ))}
      </ol>
    </>
  );
}

function PassageRow({ agent, passage }: { agent: string; passage: FoundPassage }) {
  return (
    <li className="row">
      <div className="row-main">
        <Link className="row-title" to="/knowledge/$agent/$id" params={{ agent, id: passage.document_id }}>
          {passage.document}
        </Link>
        {passage.heading !== "" && <span className="passage-heading">{passage.heading}</span>}
      </div>
      <p className="passage-text">{passage.text}</p>
      <p className="row-facts">
        <span>score {scoreOf(passage.score)}</span>
        <span>words: {rankOf(passage.fts)}</span>
        <span>vectors: {rankOf(passage.vector)}</span>
      </p>
    </li>
  );
}

function countWords(passages: number): string {
  if (passages === 0) return "Nothing fits. The answer would be made without passages.";
  return passages === 1 ? "1 passage." : `${passages} passages, the best one first.`;
}

const scoreOf = (score: number): string => score.toFixed(4);
const rankOf = (ranked: FoundPassage["fts"]): string =>
  ranked === null ? "not found" : `place ${ranked.rank} (${scoreOf(ranked.score)})`;
