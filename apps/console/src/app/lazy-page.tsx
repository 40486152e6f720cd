import type { ReactNode } from "react";
import { Button } from "../ui/button.js";
import { onDemand } from "../ui/on-demand.js";
import { PageHeader } from "../ui/page-header.js";
import { Skeleton } from "../ui/skeleton.js";
import styles from "./shell.module.css";

/** A page whose code is loaded on its first visit; shows a message while loading and when loading fails. */
export function lazyPage<N extends string>(load: () => Promise<Record<N, () => ReactNode>>, name: N) {
  return onDemand(
    () =>
      load().then(
        (code) => code[name],
        () => NotFetched,
      ),
    () => <Skeleton />,
  );
}

/**
 * A browser caches a failed import for as long as the document lives, and after a new deployment the files of the old one are gone: only
 * reloading the document helps in both cases. The token survives a reload.
 */
function NotFetched() {
  return (
    <>
      <PageHeader title="This page could not be loaded" />
      <div role="alert">
        <p>The console may have been updated since you opened it, or the connection failed.</p>
        <p className={styles.reload}>
          <Button look="primary" onClick={() => location.reload()}>
            Reload
          </Button>
        </p>
      </div>
    </>
  );
}
