import { useState } from "react";
import { type Found, type FoundPassage, SEARCH_MODES, type SearchMode } from "../api/answers.js";
import { knowledgeCalls } from "../api/knowledge-calls.js";
import type { Problem } from "../api/problem.js";
import { useCalls } from "../api/use-calls.js";
import { Block, Note, Row, Rows } from "../ui/block.js";
import { Button } from "../ui/button.js";
import { focusFirst } from "../ui/focus-first.js";
import { Link } from "../ui/link.js";
import { ProblemCard } from "../ui/problem-card.js";
import { Select } from "../ui/select.js";
import { TextField } from "../ui/text-field.js";
import styles from "./knowledge.module.css";

const MODE_WORDS: Record<SearchMode, string> = { hybrid: "Words and vectors", fts: "Words", vector: "Vectors" };
const MODES = SEARCH_MODES.map((value) => ({ value, label: MODE_WORDS[value] }));
const TOP_K = 5;

type Outcome = { type: "none" } | { type: "found"; found: Found } | { type: "refused"; problem: Problem };

/** Shows the passages retrieved for a question, with their scores. */
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
      return focusFirst();
    }
    setWrong(undefined);
    setBusy(true);
    const answer = await api.searchDocuments(agent, { query: query.trim(), mode, topK: TOP_K });
    setBusy(false);
    setOutcome(answer.type === "ok" ? { type: "found", found: answer.value } : { type: "refused", problem: answer });
  };
  return (
    <Block title="Try a question">
      <form
        className={styles.search}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void search();
        }}
      >
        <TextField
          label="What a visitor might say"
          help={`The ${TOP_K} best passages are shown, as an answer of the newest version would get them.`}
          error={wrong}
          maxLength={2_000}
          value={query}
          onChange={setQuery}
        />
        <Select label="Search by" options={MODES} value={mode} onChange={setMode} />
        <Button type="submit" look="primary" busy={busy}>
          Search
        </Button>
      </form>
      <div role="status" className={styles.found}>
        {outcome.type === "found" && <FoundPassages agent={agent} found={outcome.found} />}
      </div>
      {outcome.type === "refused" && <ProblemCard problem={outcome.problem} />}
    </Block>
  );
}

function FoundPassages({ agent, found }: { agent: string; found: Found }) {
  return (
    <>
      <Note>
        {countWords(found.passages.length)}
        {found.warning !== null && " There were no vectors to compare with: words alone were searched."}
        {found.embedding &&
          ` The vector of the question took ${found.embedding.input_tokens} tokens of ${found.embedding.model}.`}
      </Note>
      <Rows ordered>
        {found.passages.map((passage) => (
          <Row
            key={`${passage.document_id}:${passage.n}`}
            title={
              <Link to="/knowledge/$agent/$id" params={{ agent, id: passage.document_id }}>
                {passage.document}
              </Link>
            }
            beside={passage.heading}
            facts={[
              `score ${scoreOf(passage.score)}`,
              `words: ${rankOf(passage.fts)}`,
              `vectors: ${rankOf(passage.vector)}`,
            ]}
          >
            <p className={styles.passage}>{passage.text}</p>
          </Row>
        ))}
      </Rows>
    </>
  );
}

function countWords(passages: number): string {
  if (passages === 0) return "Nothing fits. The answer would be made without passages.";
  return passages === 1 ? "1 passage." : `${passages} passages, the best one first.`;
}

const scoreOf = (score: number): string => score.toFixed(4);
const rankOf = (ranked: FoundPassage["fts"]): string =>
  ranked === null ? "not found" : `place ${ranked.rank} (${scoreOf(ranked.score)})`;
