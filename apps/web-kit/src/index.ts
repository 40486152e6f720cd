export { type Accent, accentOf, sixDigits } from "./accent.js";
export { AlertIcon, CheckIcon, CopyIcon, Icon } from "./icons.js";
export { initialOf } from "./initial.js";
export { randomId } from "./random-id.js";
export { integer, isRecord, type Json, label, list, record, text, texts } from "./reading.js";
