import { render } from "preact";
import { askSession } from "./app/ask-session.js";
import { keepTitle } from "./app/page-title.js";
import { restoreSignIn, session, signOut, takeSignInLink, token } from "./app/sign-in.js";
import { createApi } from "./api/api.js";
import { followLinks } from "./app/navigation.js";
import { App } from "./app/app.js";

takeSignInLink();
restoreSignIn();
followLinks();
keepTitle();
const api = createApi({
  token: () => token.value,
  hasSession: () => session.value === "live",
  onRefusedToken: () => signOut("refused"),
});
if (session.value === "asking") void askSession(api);
const root = document.getElementById("page");
if (root) render(<App api={api} />, root);
