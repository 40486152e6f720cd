import { CSPProvider } from "@base-ui/react/csp-provider";
import type { ReactNode } from "react";
import "./tokens.css";
import { Toasts } from "./toast.js";

/** Wraps the whole console: tells Base UI about the content security policy, and shows the messages of `notify`. */
export function UiProvider({ children }: { children: ReactNode }) {
  return (
    <CSPProvider disableStyleElements>
      {children}
      <Toasts />
    </CSPProvider>
  );
}
