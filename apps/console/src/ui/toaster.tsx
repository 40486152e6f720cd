import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { useEffect } from "react";
import { cx } from "./cx.js";
import { IconButton } from "./icon-button.js";
import { follow, type Message } from "./notify.js";
import styles from "./toast.module.css";

const manager = Toast.createToastManager();
const STAYS_MS = 6_000;
/** A live region is read out when its content changes, so it has to be on the page before the first message. */
const REGION_FIRST_MS = 100;

function show({ type, title, action }: Message): void {
  manager.add({
    ...{ title, type },
    ...(type === "problem" ? { timeout: 0, priority: "high" } : { timeout: STAYS_MS }),
    ...(action === undefined ? {} : { actionProps: { children: action.label, onClick: action.run } }),
  });
}

export function Toaster() {
  useEffect(() => {
    let stop = (): void => undefined;
    const timer = setTimeout(() => {
      stop = follow(show);
    }, REGION_FIRST_MS);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, []);
  return (
    <Toast.Provider toastManager={manager} limit={4}>
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport}>
          <Toasts />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function Toasts() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      swipeDirection={["right", "up"]}
      className={cx(styles.toast, toast.type === "problem" && styles.problem)}
    >
      <Toast.Content className={styles.content}>
        <Toast.Title className={styles.title} render={<p />} />
        <Toast.Action className={styles.action} />
        {/* It can be focused, so it must not be hidden, which it would be until its toasts are expanded. */}
        <Toast.Close aria-hidden={false} render={<IconButton label="Close message" icon={<X />} />} />
      </Toast.Content>
    </Toast.Root>
  ));
}
