/** Looking at what the suite did, as an operator would. */
import type postgres from "postgres";
import type { OdooClient, OdooRecord } from "../../shared/odoo/client.ts";

const SETTLES_WITHIN_MS = 30_000;
const LOOKS_EVERY_MS = 10;

export interface Watch {
  sql: postgres.Sql;
  odoo: OdooClient;
}

/** Waits until nothing is due or being processed, and these entities have a partner. Returns their Odoo ids. */
export async function settled({ sql }: Watch, entityKeys: readonly string[]): Promise<Map<string, number>> {
  const giveUpAt = performance.now() + SETTLES_WITHIN_MS;
  while (performance.now() < giveUpAt) {
    const [{ open } = { open: "?" }] = await sql<{ open: number | string }[]>`
      select count(*)::int as open from plane.sync_queue where status in ('pending', 'processing')`;
    const rows = await sql<{ key: string; odoo_id: string }[]>`
      select plane_type || ':' || plane_id as key, odoo_id from plane.sync_mappings
      where plane_type || ':' || plane_id = any (${[...entityKeys]}::text[]) and odoo_id is not null`;
    if (open === 0 && rows.length === entityKeys.length) {
      return new Map(rows.map((row) => [row.key, Number(row.odoo_id)]));
    }
    await new Promise((resolve) => setTimeout(resolve, LOOKS_EVERY_MS));
  }
  const stuck = await sql`select entity_key, status, attempts, last_error from plane.sync_queue`;
  throw new Error(`Nothing settled within ${SETTLES_WITHIN_MS} ms: ${JSON.stringify(stuck)}`);
}

/** A task as a person would read it: names instead of ids. */
export async function describeTask({ odoo }: Watch, id: number): Promise<OdooRecord> {
  const fields = [
    "name",
    "project_id",
    "stage_id",
    "state",
    "priority",
    "user_ids",
    "tag_ids",
    "date_deadline",
    "parent_id",
    "active",
    "description",
  ];
  const [task] = await odoo.read("project.task", [id], fields);
  if (task === undefined) throw new Error(`There is no task ${id} in Odoo.`);
  const names = async (model: string, ids: unknown, field: string) =>
    (await odoo.read(model, ids as number[], [field])).map((record) => record[field]);
  return {
    ...task,
    user_ids: await names("res.users", task.user_ids, "login"),
    tag_ids: await names("project.tags", task.tag_ids, "name"),
  };
}
