import { render } from "preact";
import { askSession } from "./data/ask-session.js";
import { keepTitle } from "./data/page-title.js";
import { restoreSignIn, session, signOut, takeSignInLink, token } from "./data/sign-in.js";
import { createApi } from "./net/api.js";
import { followLinks } from "./routing/navigation.js";
import { App } from "./view/app.js";

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
