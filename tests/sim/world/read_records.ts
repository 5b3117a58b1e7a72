/** What a request reads, by its address: whoever reads something just before writing it has seen what is written over. */
import type { Exchange } from "../../../dev/sandbox/exchange.ts";
import type { Side } from "./schedule.ts";

/** Which records a reading request names. */
export function recordsIn(side: Side, { url, body }: Exchange): string[] {
  if (side === "plane") {
    const id = /\/(?:work-items|issues)\/([0-9a-f-]{36})\/$/.exec(url.pathname)?.[1];
    return id === undefined ? [] : [id];
  }
  const ids: unknown = JSON.parse(body).ids;
  return url.pathname.includes("project.task/") && Array.isArray(ids) ? ids.map(String) : [];
}

/** The comments or messages a reading request names; for a list of comments their work item. */
export function remarksIn(side: Side, { url, body }: Exchange): string[] {
  if (side === "plane") {
    const [, item, comment] = /\/([0-9a-f-]{36})\/comments\/(?:([0-9a-f-]{36})\/)?$/.exec(url.pathname) ?? [];
    return [comment ?? item].filter((id) => id !== undefined);
  }
  const ids: unknown = url.pathname.includes("mail.message/") ? JSON.parse(body).ids : undefined;
  return Array.isArray(ids) ? ids.map(String) : [];
}
