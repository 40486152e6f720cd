import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { IconButton } from "./button.js";
import { cx } from "./cx.js";
import styles from "./toast.module.css";

const manager = Toast.createToastManager();
const STAYS_MS = 6_000;

interface ToastAction {
  label: string;
  run: () => void;
}

/** Short messages at the top right, read out by screen readers. A problem stays until it is closed. */
export const notify = {
  good: (title: string, action?: ToastAction): void => show({ title, type: "good", timeout: STAYS_MS }, action),
  problem: (title: string, action?: ToastAction): void =>
    show({ title, type: "problem", timeout: 0, priority: "high" }, action),
};

function show(toast: Parameters<typeof manager.add>[0], action?: ToastAction): void {
  manager.add({
    ...toast,
    ...(action === undefined ? {} : { actionProps: { children: action.label, onClick: action.run } }),
  });
}

export function Toaster() {
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
        <Toast.Close render={<IconButton label="Close message" icon={<X />} />} />
      </Toast.Content>
    </Toast.Root>
  ));
}
