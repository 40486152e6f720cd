import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { MAIL_TEXTS, type MailLanguage, mailLanguage } from "../src/mails/mail-language.js";
import { writeMail } from "../src/mails/write-mail.js";

const PAGE_TEXTS = fileURLToPath(new URL("../../../apps/chat-page/src/i18n", import.meta.url));
const languages = Object.keys(MAIL_TEXTS).filter((name): name is MailLanguage => name in MAIL_TEXTS);
const placeholders = (template: string): string[] => (template.match(/\{[^}]*\}/g) ?? []).sort();
const VALUES = { agent: "Desk", code: "004217", minutes: 10 };

describe("the mails to visitors and owners", () => {
  it("exist in every language of the chat page, and in no other", () => {
    const ofPage = readdirSync(PAGE_TEXTS).filter((file) => /^[a-z]{2}\.ts$/.test(file));
    expect(ofPage.length).toBeGreaterThanOrEqual(15);
    expect([...languages].sort()).toEqual(ofPage.map((file) => file.slice(0, 2)).sort());
  });

  it.each(languages)("name the agent, the code and its validity in %s, with no placeholder left", (language) => {
    const { code, approved, requested } = MAIL_TEXTS[language];
    expect(placeholders(code.text)).toEqual(["{agent}", "{code}", "{minutes}"]);
    for (const template of [code.subject, approved.subject, approved.text, requested.subject, requested.text])
      expect(placeholders(template), template).toEqual(["{agent}"]);
    for (const kind of ["code", "approved", "requested"] as const) {
      const { subject, text } = writeMail(kind, language, VALUES);
      expect(subject).toMatch(/^[^\n]*Desk[^\n]*$/);
      expect(text).toContain("Desk");
      expect(text).toMatch(/\n$/);
      expect(subject + text).not.toMatch(/[{}]|undefined/);
    }
    // Programs that read a code out of a mail find it on a line of its own, in every language.
    const { text } = writeMail("code", language, VALUES);
    expect(text.match(/^ {4}(\d{6})$/gm)).toEqual(["    004217"]);
    expect(text).toMatch(/(^|\D)10(\D|$)/m);
  });

  it.each(languages)("name the organisation and the sign-in address in %s", (language) => {
    const { invited, signIn } = MAIL_TEXTS[language];
    for (const { subject } of [invited, signIn]) expect(placeholders(subject)).toEqual(["{tenant}"]);
    expect(placeholders(invited.text)).toEqual(["{address}", "{tenant}"]);
    expect(placeholders(signIn.text)).toEqual(["{address}", "{minutes}", "{tenant}"]);
    const values = { tenant: "Acme", address: "https://chat.example.com/console", minutes: 15 };
    for (const kind of ["invited", "signIn"] as const) {
      const { subject, text } = writeMail(kind, language, values);
      expect(subject + text).not.toMatch(/[{}]|undefined/);
      // Alone on its line, so that no full stop becomes part of it.
      expect(text.split("\n")).toContain(values.address);
    }
  });

  it("share no subject and no sentence", () => {
    const all = languages.flatMap((language) => Object.values(MAIL_TEXTS[language]));
    expect(new Set(all.map(({ subject }) => subject)).size).toBe(languages.length * 5);
    const sentences = all.flatMap(({ text }) => text.split("\n").filter((line: string) => /\p{L}{2}.*\s/u.test(line)));
    expect(new Set(sentences).size).toBe(sentences.length);
  });

  it.each(["ar", "he"] as const)("keep a Latin name from changing the text direction around it in %s", (language) => {
    const { subject, text } = writeMail("code", language, VALUES);
    for (const part of [subject, text]) expect(part).toContain("\u2068Desk\u2069");
    // The first letter of a text decides its direction where no markup does.
    expect(text).toMatch(/^[\u0590-\u06ff]/);
    expect(writeMail("code", "de", VALUES).text).not.toMatch(/[\u2066-\u2069]/);
  });

  it("use the name of an agent as it is, even one that looks like a placeholder", () => {
    const { subject, text } = writeMail("code", "en", { ...VALUES, agent: "{code} $& {agent}" });
    expect(subject).toBe("Your code for {code} $& {agent}");
    expect(text.match(/004217/g)).toHaveLength(1);
  });

  it("use the first requested language that is available, otherwise English", () => {
    expect(mailLanguage(["pt-BR", "de"])).toBe("pt");
    expect(mailLanguage([null, undefined, 7, "sv", "zh_Hant_TW", "de"])).toBe("zh");
    expect(mailLanguage(["IW"])).toBe("he");
    for (const none of [[], ["sv"], ["__proto__"], ["constructor"], [""]]) expect(mailLanguage(none)).toBe("en");
  });
});
