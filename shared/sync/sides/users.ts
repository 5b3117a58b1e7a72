import { z } from "zod";
import type { OdooClient, OdooDomain } from "../../odoo/client.ts";

const user = z.object({ id: z.number(), login: z.string(), email: z.union([z.string(), z.literal(false)]) });

/**
 * Internal Odoo users by e-mail address, whatever its case; the login counts too, because it usually is one.
 *
 * @returns lower-case e-mail -> user id. An address that two users share is in nobody's name: it is left out.
 */
export async function findUsers(odoo: OdooClient, emails: readonly string[]): Promise<Map<string, number>> {
  const wanted = [...new Set(emails.map((email) => email.toLowerCase()))].filter((email) => email !== "");
  if (wanted.length === 0) return new Map();
  const conditions = wanted.flatMap((email): OdooDomain[number][] => [
    ["login", "=ilike", escapePattern(email)],
    ["email", "=ilike", escapePattern(email)],
  ]);
  const either: OdooDomain = [...new Array<"|">(conditions.length - 1).fill("|"), ...conditions];
  const records = await odoo.searchRead("res.users", [["share", "=", false], ...either], ["login", "email"]);
  const owners = new Map<string, Set<number>>();
  for (const record of records) {
    const { id, login, email } = user.parse(record);
    for (const address of [login, email === false ? "" : email].map((text) => text.toLowerCase())) {
      if (wanted.includes(address)) owners.set(address, (owners.get(address) ?? new Set()).add(id));
    }
  }
  return new Map([...owners].flatMap(([address, ids]) => {
    const [only, ...others] = ids;
    return only !== undefined && others.length === 0 ? [[address, only] as const] : [];
  }));
}

/** These users with the addresses they may be known by, in lower case. Those that are gone are absent. */
export async function readUsers(
  odoo: OdooClient,
  ids: readonly number[],
): Promise<{ id: number; emails: string[] }[]> {
  if (ids.length === 0) return [];
  const context = { active_test: false };
  const records = await odoo.read("res.users", [...ids], ["login", "email"], { context });
  return records.map((record) => {
    const { id, login, email } = user.parse(record);
    return { id, emails: [login, email === false ? "" : email].map((text) => text.toLowerCase()) };
  });
}

/** `_` and `%` are wildcards in Odoo's =ilike, and underscores are common in addresses. */
export function escapePattern(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}
