import type { Caller } from "../../../shared/http/management_auth.ts";

/** Who asked, as it is written down: a key's name or a user's id, never the key. */
export function callerName(caller: Caller): string {
  if (caller.kind === "cron") return "cron";
  return caller.kind === "key" ? `key:${caller.name}` : `user:${caller.id}`;
}
