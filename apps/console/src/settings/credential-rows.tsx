import { Fold, Row, Rows } from "../ui/block.js";
import { Time } from "../ui/time.js";
import { Mono } from "../ui/values.js";

/** When a credential was last used. */
export function LastUsed({ at }: { at: string | null }) {
  if (at === null) return <>never used</>;
  return (
    <>
      used <Time at={at} />
    </>
  );
}

interface RetiredProps {
  items: { id: string; name: string; hint: string; state: string }[];
  noun: string;
}

/** Retired credentials, collapsed: they matter when a log entry has to be identified. */
export function Retired({ items, noun }: RetiredProps) {
  if (items.length === 0) return null;
  return (
    <Fold title={`${items.length} ${noun}${items.length === 1 ? "" : "s"}`}>
      <Rows>
        {items.map(({ id, name, hint, state }) => (
          <Row key={id} facts={[name, <Mono key="hint">{hint}</Mono>, state]} />
        ))}
      </Rows>
    </Fold>
  );
}
