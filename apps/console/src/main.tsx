import { createRoot } from "react-dom/client";
import { createApi } from "./api/api.js";
import { App } from "./app/app.js";
import { askSession } from "./app/ask-session.js";
import { caller, restoreSignIn, session, takeSignInLink } from "./app/sign-in.js";
import { applyTheme } from "./ui/theme.js";

// Document checks load on demand and read this: testing whether code may be made of strings would be reported by the policy.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
takeSignInLink();
restoreSignIn();
const api = createApi(caller);
applyTheme();
if (session.get() === "asking") void askSession(api);
const root = document.getElementById("page");
if (root) createRoot(root).render(<App api={api} />);
