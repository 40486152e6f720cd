/** "Mon, 2 Nov, 09:00" in the local time of a zone. */
export function zoneTime(at: Date | string, timeZone: string): string {
  const shown = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } as const;
  return new Intl.DateTimeFormat(undefined, { ...shown, timeZone }).format(new Date(at));
}
