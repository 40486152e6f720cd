import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  type RegisteredRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { parseSearch, stringifySearch } from "../../../src/app/search.js";
import { KeysProvider } from "../../../src/keys/keys-provider.js";
import { useShortcut } from "../../../src/keys/registry.js";
import { useFacts } from "../../../src/live/use-facts.js";
import { applyTheme, setTheme, useTheme } from "../../../src/ui/theme.js";
import { UiProvider } from "../../../src/ui/ui-provider.js";
import { CodeSection } from "./code-section.js";
import { FormSection } from "./form-section.js";
import { LiveSection } from "./live-section.js";
import { PartsSection } from "./parts-section.js";
import { PopupSection } from "./popup-section.js";
import { TableSection } from "./table-section.js";

applyTheme();
const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
const caller = { token: () => "ak_gallery", onRefusedToken: () => undefined };

const ran: string[] = [];
Object.assign(window, { ran, setTheme });
const note = (id: string) => () => void ran.push(id);

function Letters() {
  // Every letter does something, so that a test can tell that none of them does while somebody writes.
  useShortcut({ id: "go.inbox", keys: "g i", label: "Go to the inbox", scope: "Everywhere", run: note("go.inbox") });
  useShortcut({ id: "archive", keys: "e", label: "Archive", scope: "Everywhere", run: note("archive") });
  useShortcut({ id: "save", keys: "Mod+s", label: "Save", scope: "Everywhere", run: note("save") });
  return null;
}

const commands = [
  { id: "overview", label: "Overview", group: "Go to", words: ["start"], run: note("overview") },
  { id: "sessions", label: "Sessions", group: "Go to", run: note("sessions") },
  { id: "dark", label: "Dark colours", group: "Do", shortcut: "archive", run: note("dark") },
];

const search = async (text: string) => [
  { id: "s1", label: `Session about ${text}`, kind: "Session", hint: "2 min", run: note("found") },
];

function Page() {
  const theme = useTheme();
  const live = useFacts(caller);
  return (
    <KeysProvider commands={commands} search={search}>
      <Letters />
      <main data-live={live} data-chosen={theme}>
        <h1>Gallery</h1>
        <Outlet />
      </main>
    </KeysProvider>
  );
}

const root = createRootRoute({ component: Page });
const getParentRoute = () => root;
const routeTree = root.addChildren([
  createRoute({ getParentRoute, path: "/", component: PartsSection }),
  createRoute({ getParentRoute, path: "/forms", component: FormSection }),
  createRoute({ getParentRoute, path: "/popups", component: PopupSection }),
  createRoute({ getParentRoute, path: "/table", component: TableSection }),
  createRoute({ getParentRoute, path: "/code", component: CodeSection }),
  createRoute({ getParentRoute, path: "/live", component: LiveSection }),
]);
// The console's own router is the registered one; this page has a smaller one.
const router = createRouter({ routeTree, parseSearch, stringifySearch }) as unknown as RegisteredRouter;

const page = document.getElementById("page");
if (page) {
  createRoot(page).render(
    <QueryClientProvider client={client}>
      <UiProvider>
        <RouterProvider router={router} />
      </UiProvider>
    </QueryClientProvider>,
  );
}
