import { createRoot } from "react-dom/client";
import { createApi } from "./api/api.js";
import { App } from "./app/app.js";
import { askSession } from "./app/ask-session.js";
import { restoreSignIn, session, signOut, takeSignInLink, token } from "./app/sign-in.js";
import { applyTheme } from "./ui/theme.js";

takeSignInLink();
restoreSignIn();
const api = createApi({
  token: () => token.get(),
  hasSession: () => session.get() === "live",
  onRefusedToken: () => signOut("refused"),
});
applyTheme();
if (session.get() === "asking") void askSession(api);
const root = document.getElementById("page");
if (root) createRoot(root).render(<App api={api} />);
