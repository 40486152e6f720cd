/** First letter or digit of a name, for the round picture of an agent without a logo. */
export function initialOf(name: string): string {
  const letter = [...name.trim()].find((character) => /\p{L}|\p{N}/u.test(character));
  return (letter ?? "•").toLocaleUpperCase();
}
