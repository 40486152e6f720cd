import { lazy, type ReactNode, Suspense } from "react";
import { PageHeader } from "../parts/page-header.js";
import { Loading } from "../parts/states.js";

/** A page whose code is fetched when somebody wants to see it, once per visit; until it has come, and when it does not come, says so. */
export function lazyPage(load: () => Promise<() => ReactNode>): () => ReactNode {
  const Code = lazy(async () => ({ default: await load().catch(() => NotFetched) }));
  return function LazyPage() {
    return (
      <Suspense fallback={<Loading />}>
        <Code />
      </Suspense>
    );
  };
}

/**
 * A browser keeps a failed import for as long as the document lives, and after a new deployment the files of the old one are
 * gone: only loading the document anew helps in both cases. The token is kept over a reload.
 */
function NotFetched() {
  return (
    <>
      <PageHeader title="This page could not be loaded" />
      <div className="problem" role="alert">
        <div>
          <p className="problem-text">
            The console may have been updated since you opened it, or the connection failed.
          </p>
        </div>
        <button type="button" className="button primary small" onClick={() => location.reload()}>
          Reload
        </button>
      </div>
    </>
  );
}
