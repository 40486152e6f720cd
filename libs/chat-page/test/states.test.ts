import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { axeFindings, screenshot, sidewaysOverflow } from "./browser.js";
import type { FakeApi } from "./fake-api.js";
import type { FakeSession } from "./fake-session.js";
import { skipBrowser, useBench } from "./setup.js";
import { nextTurn, say, sessionOf } from "./talk.js";

const bench = useBench();

const RICH = `You can come **without an appointment** on weekday mornings:

1. Take a number at the door.
2. Wait for your name – about *twenty minutes*.
3. Bring your \`insurance card\`.

| Day | Opens | Closes |
|---|---|---|
| Monday to Thursday | 8:00 | 18:00 |
| Friday | 8:00 | 13:00 |

More on [our page](https://clinic.example/visit) or by [mail](mailto:desk@clinic.example).

> Emergencies: please call 112.`;

interface State {
  name: string;
  prepare?: (api: FakeApi) => void;
  act?: (page: Page, session: () => Promise<FakeSession>) => Promise<void>;
  shows: string;
}

const talk = async (page: Page, session: () => Promise<FakeSession>): Promise<FakeSession> => {
  const made = await session();
  made.greet("Good morning! I’m Ivy from the clinic desk. What can I do for you today?");
  await say(page, "When can I come by, and what should I bring? It’s about a vaccination for my daughter.");
  made.finish((await nextTurn(made)).turnId, RICH);
  await page.getByText("Emergencies").first().waitFor();
  return made;
};

const STATES: State[] = [
  {
    name: "invalid",
    prepare: (api) => {
      api.linkProblem = { status: 404, code: "link_unavailable" };
    },
    shows: "This link isn’t available",
  },
  {
    name: "expired",
    prepare: (api) => {
      api.linkProblem = { status: 410, code: "link_expired" };
    },
    shows: "This link has expired",
  },
  {
    name: "full",
    prepare: (api) => {
      api.createProblem = { status: 429, code: "sessions_exhausted" };
    },
    shows: "This link is fully used",
  },
  {
    name: "gated",
    prepare: (api) => {
      api.link.require_email = true;
    },
    shows: "This chat needs a confirmation first",
  },
  {
    name: "trouble",
    prepare: (api) => {
      api.linkProblem = { status: 500, code: "internal" };
    },
    shows: "Reference: req-4711",
  },
  {
    name: "welcome",
    prepare: (api) => {
      api.link.branding = {
        colour: "#0f6b60",
        starters: ["Book an appointment", "Opening hours", "A question about my bill"],
      };
    },
    act: async (page, session) => {
      (await session()).greet("Good morning! I’m Ivy from the clinic desk. What can I do for you today?");
      await page.getByText("Good morning").first().waitFor();
    },
    shows: "Book an appointment",
  },
  { name: "chat", act: async (page, session) => void (await talk(page, session)), shows: "Emergencies" },
  {
    name: "streaming",
    act: async (page, session) => {
      const made = await talk(page, session);
      await say(page, "Thank you! Is Friday busy?");
      made.delta((await nextTurn(made, 2)).turnId, 0, "Fridays are **calm** after ten, most people come ");
      await page.getByText("most people come").waitFor();
    },
    shows: "Fridays are",
  },
  {
    name: "thinking",
    act: async (page, session) => {
      const made = await talk(page, session);
      await say(page, "Thank you! Is Friday busy?");
      made.status((await nextTurn(made, 2)).turnId, "searching");
    },
    shows: "Looking things up…",
  },
  {
    name: "offline",
    act: async (page, session) => {
      await talk(page, session);
      await bench.visitor().context.setOffline(true);
      await page.getByText("You’re offline.").waitFor();
      await say(page, "Can you keep a place for us?");
    },
    shows: "Waiting to be sent",
  },
  {
    name: "reconnecting",
    act: async (page, session) => {
      const made = await talk(page, session);
      bench.api().down = true;
      made.cut();
    },
    shows: "The connection was interrupted",
  },
  {
    name: "failed",
    act: async (page, session) => {
      const made = await talk(page, session);
      await say(page, "And on Saturday?");
      made.fail((await nextTurn(made, 2)).turnId, "model_unavailable");
    },
    shows: "No answer came.",
  },
  {
    name: "few-left",
    act: async (page, session) => {
      const made = await talk(page, session);
      made.remaining = 3;
      made.expiresAt = new Date(Date.now() + 3.5 * 60_000).toISOString();
      made.quota();
      await page.getByText("3 messages left").waitFor();
    },
    shows: "4 minutes left",
  },
  {
    name: "ended",
    act: async (page, session) => (await talk(page, session)).end("workflow_ended"),
    shows: "This conversation has ended",
  },
  {
    name: "confirm",
    act: async (page, session) => {
      await talk(page, session);
      await page.getByRole("button", { name: "New conversation" }).click();
    },
    shows: "Start a new conversation?",
  },
];

const session = () => sessionOf(bench);

const LOOKS = [
  { name: "wide-light", width: 1100, height: 800, dark: false },
  { name: "narrow-dark", width: 360, height: 720, dark: true },
] as const;

describe.skipIf(skipBrowser).each(LOOKS)("states of the chat page, $name", (look) => {
  it.each(STATES)("$name is accessible and fits", async (state) => {
    const page = await bench.open({ ...look, reducedMotion: true }, state.prepare);
    await state.act?.(page, session);
    await page.getByText(state.shows).first().waitFor();
    await expect.poll(() => page.getByRole("button", { name: "Newest messages" }).count()).toBe(0);
    await screenshot(page, `${state.name}-${look.name}`);
    expect(await axeFindings(page)).toEqual([]);
    expect(await sidewaysOverflow(page)).toBe(0);
  });
});

describe.skipIf(skipBrowser)("model text", () => {
  const open = async (text: string): Promise<Page> => {
    const page = await bench.open();
    (await session()).greet(text);
    await page.locator(".message.agent .prose").waitFor();
    return page;
  };

  it("shows HTML as text and never runs or fetches anything", async () => {
    const page = await open(
      `<img src=x onerror="document.title='owned'"> <script>document.title='owned'</script>

![a picture](https://evil.example/p.png) [run](javascript:alert(1)) [data](data:text/html,x) [plain](http://plain.example/)

<a href="https://evil.example" style="position:fixed">click</a> <https://auto.example/x>`,
    );
    const prose = page.locator(".message.agent .prose");
    expect(await prose.locator("img, script, iframe, style, [style], [onerror]").count()).toBe(0);
    expect(await prose.innerText()).toContain("<script>");
    const links = await prose.locator("a").evaluateAll((all) => all.map((item) => item.getAttribute("href")));
    expect(links).toEqual(["https://evil.example/p.png", "https://auto.example/x"]);
    expect(await page.title()).toBe("Clinic desk");
  });

  it("opens links apart from the page and shows the host a link's words hide", async () => {
    const page = await open("See [your bank](https://bank.evil.example/login).");
    const link = page.locator(".message.agent .prose a");
    expect(await link.getAttribute("rel")).toBe("noopener noreferrer nofollow");
    expect(await link.getAttribute("target")).toBe("_blank");
    expect(await page.locator(".prose").last().innerText()).toBe("See your bank (bank.evil.example).");
  });

  it("is usable at 400 % zoom", async () => {
    const page = await bench.open({ width: 320, height: 256 });
    (await session()).greet("Hello there, how can I help?");
    await page.getByText("Hello there").first().waitFor();
    expect(await sidewaysOverflow(page)).toBe(0);
    await page.getByLabel("Your message").fill("Hi");
    await page.getByRole("button", { name: "Send message" }).click();
    await expect.poll(() => bench.api().session?.turns.length).toBe(1);
  });
});
