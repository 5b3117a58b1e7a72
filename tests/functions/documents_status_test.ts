/** What status says of pairs with documents and models of one's own, with an Odoo that can be asked and with one that cannot. */
import assert from "node:assert/strict";
import { createSandboxOdoo } from "../../dev/sandbox/odoo/server.ts";
import { readConfig } from "../../shared/config.ts";
import { createApp } from "../../supabase/functions/plane-sync/app.ts";
import { connect } from "../../supabase/functions/plane-sync/connect.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { openDatabaseLine } from "../support/database_line.ts";
import { FILING, FILING_MODEL } from "../support/filing_model.ts";
import { KEYS } from "../support/plane_sync.ts";

type Problem = { pair: string; field: string | null; problem: string; effect: string };

async function problemsOf(database: TestDatabase, fetchOdoo?: typeof fetch): Promise<unknown[]> {
  const line = openDatabaseLine(database.url);
  const config = readConfig({
    DATABASE_URL: line.url,
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: KEYS.manage }),
    ODOO_URL: "http://odoo.example",
    ODOO_API_KEY: "sandbox-odoo-key",
    ODOO_PROTOCOL: "json2",
  });
  const background: Promise<unknown>[] = [];
  const app = createApp(connect(config, {
    fetch: fetchOdoo ?? (() => Promise.reject(new TypeError("no network in this test"))),
    writeLine: () => {},
    monotonicMs: () => performance.now(),
    waitUntil: (promise) => background.push(promise),
    onEnding: () => {},
  }));
  try {
    const answer = await app.request("/plane-sync?action=status", { headers: { apikey: KEYS.manage } });
    assert.equal(answer.status, 200);
    const { config_problems: problems } = await answer.json() as { config_problems: Problem[] };
    return problems.map(({ pair, field, problem, effect }) => [pair, field, problem, effect]);
  } finally {
    await Promise.all(background);
    await line.cut();
  }
}

/** Only these pairs are switched on. */
async function configure(
  { sql }: TestDatabase,
  model: string,
  mappings: object,
  options: object,
): Promise<void> {
  await sql`update plane.sync_config set enabled = false`;
  await sql`
    insert into plane.sync_config (plane_type, odoo_model, field_mappings, options)
    values ('issue', ${model}, ${JSON.stringify(mappings)}::text::jsonb, ${
    JSON.stringify(options)
  }::text::jsonb)`;
}

Deno.test("an order's pair that is switched on without a project is named, and off until then", async () => {
  await using database = await createTestDatabase();
  await database.sql`update plane.sync_config set enabled = odoo_model = 'sale.order'`;
  assert.deepEqual(await problemsOf(database), [
    ["issue <-> sale.order", "plane_project", "option_missing", "pair_paused"],
  ]);
});

Deno.test("fields of any model are judged by what Odoo says of it", async () => {
  await using database = await createTestDatabase();
  const odoo = createSandboxOdoo(FILING);
  await configure(
    database,
    FILING_MODEL,
    { target_date: "amount", assignees: "partner_id", state: "state" },
    { plane_project: "e26b06b2-6d78-487e-a3b4-bddd7534716f", create_in_odoo: true },
  );
  const pair = `issue <-> ${FILING_MODEL}`;
  assert.deepEqual(await problemsOf(database, odoo.fetch), [
    [pair, "name", "field_required", "records_refused"],
    [pair, "assignees", "field_not_in_odoo", "field_paused"],
    [pair, "target_date", "field_not_in_odoo", "field_paused"],
  ]);
  assert.deepEqual(await problemsOf(database), []);
});

Deno.test("a model this Odoo does not have is named", async () => {
  await using database = await createTestDatabase();
  await configure(database, "no.such.model", { name: "name" }, { plane_project: "any" });
  assert.deepEqual(await problemsOf(database, createSandboxOdoo().fetch), [
    ["issue <-> no.such.model", null, "model_not_in_odoo", "pair_paused"],
  ]);
});
