/**
 * Signs that a message tries to manipulate the agent. A sign is no proof and blocks nothing: it is counted by the
 * name of its rule, so that an owner sees attempts. Pure.
 */
interface Rule {
  name: string;
  matches(text: string): boolean;
}

const any =
  (...patterns: RegExp[]) =>
  (text: string): boolean =>
    patterns.some((pattern) => pattern.test(text));

/** More links than a person sends. */
const MAX_LINKS = 5;

const RULES: readonly Rule[] = [
  {
    name: "override_instructions",
    matches: any(
      /\b(ignore|disregard|forget|override|bypass)\b.{0,40}\b(previous|prior|above|earlier|all|your|system)\b.{0,30}\b(instructions?|prompts?|rules?|guidelines?|directions?)\b/is,
      /\b(ignoriere?|vergiss|missachte)\b.{0,40}\b(anweisung\w*|vorgaben?|regeln?|instruktion\w*)\b/is,
      /\b(ignor\w+|oubli\w+)\b.{0,40}\b(instructions?|consignes?|règles?)\b/is,
      /\b(ignor\w+|olvid\w+)\b.{0,40}\b(instrucciones|reglas|indicaciones)\b/is,
      /\b(ignor\w+|esque\w+)\b.{0,40}\b(instruções|regras)\b/is,
      /\b(ignora\w*|dimentica\w*)\b.{0,40}\b(istruzioni|regole)\b/is,
      /(игнорируй|забудь|проигнорируй).{0,40}(инструкци|указани|правил)/isu,
      /(忽略|无视|忘记|無視).{0,20}(指令|指示|规则|規則|提示)/su,
      /(指示|命令|ルール).{0,10}(無視|忘れ)/su,
      /(تجاهل|انس).{0,30}(التعليمات|الأوامر|القواعد)/su,
    ),
  },
  {
    name: "reveal_prompt",
    matches: any(
      /\b(show|reveal|print|repeat|output|tell|give|display|leak)\b.{0,40}\b(system|hidden|initial|secret)\b.{0,15}\b(prompt|instructions?|message)\b/is,
      /\b(zeig\w*|verrate?|wiederhol\w*|nenn\w*)\b.{0,40}\bsystem-?(prompt|anweisung\w*)\b/is,
      /\b(montre|révèle|répète|affiche)\w*.{0,40}\b(prompt|instructions?) (du )?syst[eè]me\b/is,
      /\b(muestra|revela|repite)\w*.{0,40}\b(prompt|instrucciones) (del )?sistema\b/is,
      /(系统|系統).{0,5}(提示词|提示詞|提示)/su,
    ),
  },
  {
    name: "role_play_override",
    matches: any(
      /\byou are now\b.{0,40}\b(dan|jailbroken|unrestricted|unfiltered|developer mode|root|admin)\b/is,
      /\b(enable|enter|activate)\b.{0,20}\b(developer|debug|god|jailbreak|dan) mode\b/is,
      /\b(pretend|act as if)\b.{0,40}\b(no|without)\b.{0,15}\b(rules|restrictions|filters|guidelines)\b/is,
    ),
  },
  {
    name: "chat_markup",
    matches: any(
      /<\|(im_start|im_end|system|user|assistant|endoftext)\|>/i,
      /\[\/?(INST|SYS)\]|<<\/?SYS>>/,
      /^\s*#{0,4}\s*(system|assistant)\s*:\s*\S/im,
    ),
  },
  {
    name: "hidden_characters",
    matches: any(/[\u202A-\u202E\u2066-\u2069]/u, /[\u{E0001}-\u{E007F}]/u, /[\u200B\u2060\uFEFF]{3,}/u),
  },
  {
    name: "markup",
    matches: any(
      /<\s*(script|iframe|object|embed|svg|img|meta|link|form)\b/i,
      /\bon[a-z]{3,20}\s*=\s*["']/i,
      /javascript\s*:/i,
    ),
  },
  {
    name: "encoded_blob",
    matches: any(/[A-Za-z0-9+/=_-]{400,}/, /(?:\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|%[0-9a-f]{2}){60,}/i),
  },
  { name: "many_links", matches: (text) => (text.match(/\bhttps?:\/\//gi)?.length ?? 0) > MAX_LINKS },
];

/** Names of the rules a text matches; never any of its words. Linear in the text, which has at most 10,000 characters. */
export const suspiciousContent = (text: string): string[] =>
  RULES.filter((rule) => rule.matches(text)).map(({ name }) => name);
