import { CSPProvider } from "@base-ui/react/csp-provider";
import type { ReactNode } from "react";
import "./tokens.css";
import { Toasts } from "./toast.js";

/** Around the whole console, once: tells Base UI of the content security policy, and shows what `notify` says. */
export function UiProvider({ children }: { children: ReactNode }) {
  return (
    <CSPProvider disableStyleElements>
      {children}
      <Toasts />
    </CSPProvider>
  );
}
