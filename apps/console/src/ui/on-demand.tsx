import { type ComponentType, type ReactNode, useEffect, useState } from "react";

/**
 * A component whose code is fetched when it is first shown; `waiting` stands in its place until then. An error of the fetch is thrown
 * where the component would stand.
 *
 * React's own `lazy` shows what stands in its place for 300 ms at least, also where the code comes at once: each page would be late.
 */
export function onDemand<P extends object>(
  load: () => Promise<ComponentType<P>>,
  waiting: (props: P) => ReactNode = () => null,
): (props: P) => ReactNode {
  let code: ComponentType<P> | undefined;
  let failure: { error: unknown } | undefined;
  let loading: Promise<void> | undefined;
  return function OnDemand(props) {
    const [isSettled, setSettled] = useState(code !== undefined);
    loading ??= load().then(
      (loaded) => {
        code = loaded;
      },
      (error: unknown) => {
        failure = { error };
      },
    );
    useEffect(() => {
      if (isSettled) return;
      let isMounted = true;
      void loading?.then(() => isMounted && setSettled(true));
      return () => {
        isMounted = false;
      };
    }, [isSettled]);
    if (failure !== undefined) throw failure.error;
    const Code = code;
    return Code === undefined ? waiting(props) : <Code {...props} />;
  };
}
