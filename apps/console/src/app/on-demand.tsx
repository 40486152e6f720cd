import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { PageHeader } from "../parts/page-header.js";
import { Loading } from "../parts/states.js";

/** Code that is fetched when somebody wants to see it, once per visit. */
interface OnDemandCode<Module> {
  /** Null until it has come. */
  readonly here: Module | null;
  fetch(): Promise<void>;
}

/** Wraps a dynamic import. */
export function onDemand<Module>(load: () => Promise<Module>): OnDemandCode<Module> {
  let here: Module | null = null;
  return {
    get here() {
      return here;
    },
    async fetch() {
      here = await load();
    },
  };
}

interface OnDemandProps<Module> {
  code: OnDemandCode<Module>;
  children(module: Module): ComponentChildren;
}

/** Draws `children` with the code it needs; until that has come, and when it does not come, says so. */
export function OnDemand<Module>({ code, children }: OnDemandProps<Module>) {
  const [state, setState] = useState<"coming" | "here" | "failed">(code.here === null ? "coming" : "here");
  useEffect(() => {
    if (state !== "coming") return;
    let left = false;
    const settle = (next: "here" | "failed") => (): void => {
      if (!left) setState(next);
    };
    code.fetch().then(settle("here"), settle("failed"));
    return () => {
      left = true;
    };
  }, [code, state]);
  if (code.here !== null) return <>{children(code.here)}</>;
  return state === "failed" ? <NotFetched /> : <Loading />;
}

/**
 * A browser keeps a failed import for as long as the document lives, and after a new deployment the files of the old one are
 * gone: only loading the document anew helps in both cases. The token is kept over a reload.
 */
function NotFetched() {
  return (
    <>
      <PageHeader title="This page could not be loaded" />
      <div class="problem" role="alert">
        <div>
          <p class="problem-text">The console may have been updated since you opened it, or the connection failed.</p>
        </div>
        <button type="button" class="button primary small" onClick={() => location.reload()}>
          Reload
        </button>
      </div>
    </>
  );
}
