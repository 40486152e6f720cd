import { render } from "preact";
import { keepTitle } from "./data/page-title.js";
import { restoreSignIn, signOut, token } from "./data/sign-in.js";
import { createApi } from "./net/api.js";
import { followLinks } from "./routing/navigation.js";
import { App } from "./view/app.js";

restoreSignIn();
followLinks();
keepTitle();
const api = createApi({ token: () => token.value, onRefusedToken: () => signOut("refused") });
const root = document.getElementById("page");
if (root) render(<App api={api} />, root);
