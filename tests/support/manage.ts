/** Asks plane-sync for an action with the key of operations. */
import assert from "node:assert/strict";
import { KEYS, type PlaneSync } from "./plane_sync.ts";

/**
 * Posts when there is a body, else gets; `action` may carry further parameters. Returns the answer's JSON, after what the answer
 * did not wait for has ended.
 */
export async function manage(
  door: PlaneSync,
  action: string,
  body?: object,
  status = 200,
): Promise<Record<string, unknown>> {
  const answer = await door.request(`?action=${action}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { apikey: KEYS.manage },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const parsed = await answer.json();
  assert.equal(answer.status, status, JSON.stringify(parsed));
  while (door.background.length > 0) await door.background.shift();
  return parsed;
}
