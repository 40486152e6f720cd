import { CSPProvider } from "@base-ui/react/csp-provider";
import { Tooltip } from "@base-ui/react/tooltip";
import type { ReactNode } from "react";
import "./tokens.css";
import { Toaster } from "./toast.js";

const TOOLTIP_DELAY_MS = 500;

/** Around the whole console, once: what the kit needs to work under the content security policy, tooltips and toasts. */
export function UiProvider({ children }: { children: ReactNode }) {
  return (
    <CSPProvider disableStyleElements>
      <Tooltip.Provider delay={TOOLTIP_DELAY_MS}>
        {children}
        <Toaster />
      </Tooltip.Provider>
    </CSPProvider>
  );
}
