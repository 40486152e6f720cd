import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { entryAr } from "../src/entry-check/texts/entry-ar.js";
import { type EntryTexts, entryEn } from "../src/entry-check/texts/entry-en.js";
import { ar } from "../src/i18n/ar.js";
import { en, type TextName, type Texts } from "../src/i18n/en.js";
import type { FakeApi } from "./fake-api.js";
import type { FakeSession } from "./fake-session.js";
import { arabic, english, type Said } from "./said.js";
import { axeFindings, cutOffTexts, screenshot, sidewaysOverflow, skipBrowser, useBench } from "./setup.js";
import { nextTurn, say, sessionOf } from "./talk.js";

const bench = useBench();

/** A state in one language: the words of the page, and what is said on it. */
interface Scene {
  words: Texts;
  entryWords: EntryTexts;
  said: Said;
}
interface State {
  name: string;
  prepare?: (api: FakeApi, scene: Scene) => void;
  act?: (page: Page, scene: Scene) => Promise<void>;
  /** What can be read when the state is reached. */
  shows: TextName | ((scene: Scene) => string);
}

const session = () => sessionOf(bench);
const features = (api: FakeApi): void => {
  api.link.features = { stop: true, feedback: true };
};

const talk = async (page: Page, { said }: Scene): Promise<FakeSession> => {
  const made = await session();
  made.greet(said.greeting);
  await say(page, said.question);
  made.finish((await nextTurn(made)).turnId, said.answer);
  await page.getByText(said.mark).first().waitFor();
  return made;
};

/** Types into the field of the current step and waits for the next step. */
const through = async (page: Page, typed: string, next: string): Promise<void> => {
  await page.locator("#entry-field").fill(typed);
  if (typed !== "123456") await page.locator("#entry-field").press("Enter");
  await page.getByRole("heading", { name: next }).waitFor();
};
const withEmail = (api: FakeApi): void => {
  api.link.require_email = true;
};

const ENTRY_STATES: State[] = [
  {
    name: "entry-pin",
    prepare: (api) => {
      Object.assign(api.link, { pin_required: true, consent_text: "x", require_email: true });
    },
    shows: ({ entryWords }) => entryWords.pinBody,
  },
  {
    name: "entry-pin-wrong",
    prepare: (api) => {
      api.link.pin_required = true;
    },
    act: async (page) => {
      await page.locator("#entry-field").fill("0815");
      await page.locator("#entry-field").press("Enter");
    },
    shows: ({ entryWords }) => entryWords.pinWrong,
  },
  {
    name: "entry-consent",
    prepare: (api, { said }) => {
      api.link.consent_text = said.consent;
    },
    shows: ({ entryWords }) => entryWords.consentBody,
  },
  {
    name: "entry-declined",
    prepare: (api, { said }) => {
      api.link.consent_text = said.consent;
    },
    act: (page, { entryWords }) => page.getByRole("button", { name: entryWords.disagree }).click(),
    shows: ({ entryWords }) => entryWords.declinedBody,
  },
  { name: "entry-email", prepare: withEmail, shows: ({ entryWords }) => entryWords.emailBody },
  {
    name: "entry-code",
    prepare: withEmail,
    act: (page, { entryWords }) => through(page, "ann@example.com", entryWords.codeTitle),
    shows: ({ entryWords }) => entryWords.changeAddress,
  },
  {
    name: "entry-code-wrong",
    prepare: withEmail,
    act: async (page, { entryWords }) => {
      await through(page, "ann@example.com", entryWords.codeTitle);
      await page.locator("#entry-field").fill("000000");
    },
    shows: ({ entryWords }) => entryWords.codeWrong,
  },
  {
    name: "entry-pending",
    prepare: (api) => {
      withEmail(api);
      api.entryCheck.pending = true;
    },
    act: async (page, { entryWords }) => {
      await through(page, "ann@example.com", entryWords.codeTitle);
      await through(page, "123456", entryWords.pendingTitle);
    },
    shows: ({ entryWords }) => entryWords.checkAgain,
  },
  {
    name: "entry-checking",
    prepare: (api) => {
      api.link.proof_required = true;
      api.entryCheck.hardness = 12;
    },
    shows: ({ entryWords }) => entryWords.checkingBody,
  },
  {
    name: "entry-again",
    prepare: withEmail,
    act: async (page, scene) => {
      await through(page, "ann@example.com", scene.entryWords.codeTitle);
      await page.locator("#entry-field").fill("123456");
      await talk(page, scene);
      await bench.visitor().context.clearCookies();
      await say(page, scene.said.next);
    },
    shows: ({ entryWords }) => entryWords.againBody,
  },
];

const STATES: State[] = [
  ...ENTRY_STATES,
  {
    name: "loading",
    prepare: (api) => {
      api.holdLink = true;
    },
    shows: "loading",
  },
  {
    name: "invalid",
    prepare: (api) => {
      api.linkProblem = { status: 404, code: "link_unavailable" };
    },
    shows: "invalidTitle",
  },
  {
    name: "expired",
    prepare: (api) => {
      api.linkProblem = { status: 410, code: "link_expired" };
    },
    shows: "expiredTitle",
  },
  {
    name: "full",
    prepare: (api) => {
      api.createProblem = { status: 429, code: "sessions_exhausted" };
    },
    shows: "fullTitle",
  },
  {
    name: "used-up",
    prepare: (api) => {
      api.createProblem = { status: 429, code: "budget_exhausted" };
    },
    shows: "usedUpTitle",
  },
  {
    name: "wrong-place",
    prepare: (api) => {
      api.linkProblem = { status: 403, code: "country_not_allowed" };
    },
    shows: "wrongPlaceTitle",
  },
  {
    name: "busy",
    prepare: (api) => {
      api.createProblem = { status: 429, code: "concurrent_sessions_exhausted" };
    },
    shows: "busyTitle",
  },
  {
    name: "unavailable",
    prepare: (api) => {
      api.link.availability = "unavailable";
    },
    shows: "unavailableTitle",
  },
  {
    name: "trouble",
    prepare: (api) => {
      api.linkProblem = { status: 500, code: "internal" };
    },
    shows: ({ words }) => words.reference.replace("{id}", "req-4711"),
  },
  {
    name: "welcome",
    prepare: (api, { said }) => {
      api.link.branding = { colour: "#0f6b60" };
      api.link.starters = said.starters;
      api.link.introduction = said.introduction;
      api.link.recipient = { name: said.recipient };
    },
    act: async (page, { said }) => {
      (await session()).greet(said.greeting);
      await page.getByText(said.greeting).first().waitFor();
    },
    shows: ({ said }) => said.starters[0] ?? "",
  },
  { name: "chat", act: async (page, scene) => void (await talk(page, scene)), shows: ({ said }) => said.mark },
  {
    name: "earlier",
    act: async (page, scene) => {
      const made = await talk(page, scene);
      made.pageSize = 2;
      await page.reload();
      await page.getByText(scene.said.mark).first().waitFor();
      await page.evaluate("scrollTo(0, 0)");
    },
    shows: "earlier",
  },
  {
    name: "streaming",
    prepare: features,
    act: async (page, scene) => {
      const made = await talk(page, scene);
      await say(page, scene.said.next);
      made.delta((await nextTurn(made, 2)).turnId, 0, scene.said.partial);
      await page.locator(".prose.streaming").waitFor();
    },
    shows: ({ said }) => said.next,
  },
  {
    name: "thinking",
    act: async (page, scene) => {
      const made = await talk(page, scene);
      await say(page, scene.said.next);
      // It is told to those who read just then, and to nobody later.
      await expect.poll(() => made.streamCount()).toBe(1);
      made.status((await nextTurn(made, 2)).turnId, "searching");
    },
    shows: "searching",
  },
  {
    name: "offline",
    act: async (page, scene) => {
      await talk(page, scene);
      await bench.visitor().context.setOffline(true);
      await page.getByText(scene.words.offlineNote).waitFor();
      await say(page, scene.said.next);
    },
    shows: "waiting",
  },
  {
    name: "reconnecting",
    act: async (page, scene) => {
      const made = await talk(page, scene);
      bench.api().down = true;
      made.cut();
    },
    shows: "reconnectingNote",
  },
  {
    name: "failed",
    act: async (page, scene) => {
      const made = await talk(page, scene);
      await say(page, scene.said.next);
      made.fail((await nextTurn(made, 2)).turnId, "model_unavailable");
    },
    shows: "notAnswered",
  },
  {
    name: "few-left",
    act: async (page, scene) => {
      const made = await talk(page, scene);
      made.remaining = 3;
      made.expiresAt = new Date(Date.now() + 3.5 * 60_000).toISOString();
      made.quota();
      await expect.poll(() => page.locator(".allowance .few").count()).toBe(2);
    },
    shows: ({ said }) => said.mark,
  },
  { name: "ended", act: async (page, scene) => (await talk(page, scene)).end("workflow_ended"), shows: "endedTitle" },
  {
    name: "rating",
    prepare: features,
    act: async (page, scene) => {
      (await talk(page, scene)).end("workflow_ended");
      // Keys move no page; a press of the mouse may scroll to its target, as a reader would, who is then not followed.
      await page.getByRole("radio", { name: scene.words.rate5 }).press("Space");
    },
    shows: "rateComment",
  },
  {
    name: "confirm",
    act: async (page, scene) => {
      await talk(page, scene);
      await page.getByRole("button", { name: scene.words.newConversation }).click();
    },
    shows: "newQuestion",
  },
];

const LANGUAGES = [
  { name: "", locale: "en-GB", words: en, entryWords: entryEn, said: english },
  { name: "-ar", locale: "ar-EG", words: ar, entryWords: entryAr, said: arabic },
];
const LOOKS = [
  { name: "wide-light", width: 1100, height: 800, colorScheme: "light" as const },
  { name: "narrow-dark", width: 360, height: 720, colorScheme: "dark" as const },
];

describe.skipIf(skipBrowser).each(LANGUAGES)("states of the chat page in $locale", (language) => {
  it.each(STATES)("$name is accessible and fits, wide and light, narrow and dark", async (state) => {
    const page = await bench.open({ locale: language.locale, reducedMotion: true }, (api) => {
      Object.assign(api.link, language.said.link);
      state.prepare?.(api, language);
    });
    await state.act?.(page, language);
    const shows = typeof state.shows === "string" ? String(language.words[state.shows]) : state.shows(language);
    await page.getByText(shows).first().waitFor();
    for (const { name, width, height, colorScheme } of LOOKS) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      if (state.name !== "earlier") {
        await expect.poll(() => page.getByRole("button", { name: language.words.newest }).count()).toBe(0);
      }
      await screenshot(page, `${state.name}-${name}${language.name}`);
      expect(await axeFindings(page), name).toEqual([]);
      await expect.poll(() => sidewaysOverflow(page), { message: name }).toBe(0);
      await expect.poll(() => cutOffTexts(page), { message: name }).toEqual([]);
    }
    await expect.poll(() => page.locator("html").getAttribute("dir")).toBe(language.words === ar ? "rtl" : "ltr");
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
    await expect.poll(() => prose.locator("img, script, iframe, style, [style], [onerror]").count()).toBe(0);
    await expect.poll(() => prose.innerText()).toContain("<script>");
    const links = await prose.locator("a").evaluateAll((all) => all.map((item) => item.getAttribute("href")));
    expect(links).toEqual(["https://evil.example/p.png", "https://auto.example/x"]);
    await expect.poll(() => page.title()).toBe("Clinic desk");
  });

  it("opens links in a new tab and shows the host that a link's text hides", async () => {
    const page = await open("See [your bank](https://bank.evil.example/login).");
    const link = page.locator(".message.agent .prose a");
    await expect.poll(() => link.getAttribute("rel")).toBe("noopener noreferrer nofollow");
    await expect.poll(() => link.getAttribute("target")).toBe("_blank");
    await expect.poll(() => page.locator(".prose").last().innerText()).toBe("See your bank (bank.evil.example).");
  });

  it("shows the host even if a link's text only contains it, and never reversed by direction controls", async () => {
    const page = await open(
      "[www.mybank.example](https://bank.example/), [bank.example](https://bank.example/), \u202E[pay](https://evil.example/)",
    );
    const prose = page.locator(".message.agent .prose");
    await expect.poll(() => prose.locator(".host").allInnerTexts()).toEqual(["(bank.example)", "(evil.example)"]);
    const turned = await prose.locator(".host").evaluateAll((hosts) =>
      hosts.map((host) => {
        const left = (offset: number): number => {
          const range = host.ownerDocument.createRange();
          const letters = host.firstChild ?? host;
          range.setStart(letters, offset);
          range.setEnd(letters, offset + 1);
          return range.getBoundingClientRect().left;
        };
        return left(1) > left(5);
      }),
    );
    expect(turned).toEqual([false, false]);
  });

  it("cuts nothing off with increased text spacing", async () => {
    const page = await bench.open({ width: 320, height: 640 }, (api) => {
      api.link.agent_name = "The reception of the practice on the long street";
    });
    const made = await session();
    made.greet("Hello there, how can I help?");
    await page.getByText("Hello there").first().waitFor();
    const cut = await page.evaluate(`{
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-block-end: 2em !important }");
      document.adoptedStyleSheets = [sheet];
      [...document.querySelectorAll("body *")].filter((element) => {
        const { overflowX, overflowY } = getComputedStyle(element);
        const clips = overflowX !== "visible" || overflowY !== "visible";
        const cut = element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1;
        return clips && cut && element.clientWidth > 1 && !element.closest(".visually-hidden, .new-text, textarea");
      }).map((element) => element.className);
    }`);
    expect(cut).toEqual([]);
    await expect.poll(() => sidewaysOverflow(page)).toBe(0);
  });

  it("is usable at 400 % zoom", async () => {
    const page = await bench.open({ width: 320, height: 256 });
    (await session()).greet("Hello there, how can I help?");
    await page.getByText("Hello there").first().waitFor();
    await expect.poll(() => sidewaysOverflow(page)).toBe(0);
    await page.getByLabel("Your message").fill("Hi");
    await page.getByRole("button", { name: "Send message" }).click();
    await expect.poll(() => bench.api().session?.turns.length).toBe(1);
  });
});
