/** A mapping as seen from the side that made the record first: the columns users query, for both origins. */
import assert from "node:assert/strict";
import { createTestDatabase } from "../support/database.ts";

Deno.test("source and target are the pair as seen from where it began", async () => {
  await using database = await createTestDatabase();
  await database.sql`
    insert into plane.sync_mappings (origin, plane_type, plane_id, odoo_model, odoo_id)
    values ('plane', 'issue', 'a', 'project.task', '1'), ('odoo', 'issue', 'b', 'project.task', '2')`;
  const rows = await database.sql`
    select source_system, source_id, source_type, target_id, target_type from plane.sync_mappings order by plane_id`;
  assert.deepEqual(rows.map((row) => Object.values(row)), [
    ["plane", "a", "issue", "1", "project.task"],
    ["odoo", "2", "project.task", "b", "issue"],
  ]);
});

Deno.test("an intent has no target until its partner is made, from either side", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await sql`
    insert into plane.sync_mappings (origin, plane_type, plane_id, odoo_model, odoo_id)
    values ('plane', 'issue', 'a', 'project.task', null), ('odoo', 'issue', null, 'project.task', '2')`;
  const targets = () => sql`select source_id, target_id from plane.sync_mappings order by origin`;
  assert.deepEqual([...await targets()], [{ source_id: "2", target_id: null }, {
    source_id: "a",
    target_id: null,
  }]);
  await sql`update plane.sync_mappings set odoo_id = '1' where plane_id = 'a'`;
  await sql`update plane.sync_mappings set plane_id = 'b' where odoo_id = '2'`;
  assert.deepEqual([...await targets()], [{ source_id: "2", target_id: "b" }, {
    source_id: "a",
    target_id: "1",
  }]);
});

Deno.test("a record has one partner, whichever side is asked and whoever began", async () => {
  await using database = await createTestDatabase();
  const insert = (origin: string, plane: string | null, odoo: string | null) =>
    database.sql`
      insert into plane.sync_mappings (origin, plane_type, plane_id, odoo_model, odoo_id)
      values (${origin}, 'issue', ${plane}, 'project.task', ${odoo})`;
  await insert("plane", "a", "1");
  const taken: [string, string | null, string | null][] = [
    ["plane", "a", "2"],
    ["odoo", "a", "2"],
    ["plane", "b", "1"],
    ["odoo", "b", "1"],
    ["odoo", null, "1"],
    ["plane", "a", null],
  ];
  for (const [origin, plane, odoo] of taken) {
    await assert.rejects(insert(origin, plane, odoo), { code: "23505" }, `${origin} ${plane} ${odoo}`);
  }
  await assert.rejects(insert("plane", null, null), { code: "23514" });
  await insert("odoo", "b", "2");
});

Deno.test("the same id in another kind is another record", async () => {
  await using database = await createTestDatabase();
  await database.sql`
    insert into plane.sync_mappings (plane_type, plane_id, odoo_model, odoo_id)
    values ('issue', 'a', 'project.task', '1'), ('project', 'a', 'project.project', '1')`;
  const [row] = await database
    .sql`select count(*)::int as count from plane.sync_mappings where source_id = 'a'`;
  assert.equal(row?.count, 2);
});

Deno.test("the derived columns cannot be written", async () => {
  await using database = await createTestDatabase();
  const columns = ["source_system", "source_id", "source_type", "target_id", "target_type"];
  for (const column of columns) {
    const statement = `insert into plane.sync_mappings (plane_type, plane_id, odoo_model, ${column})
      values ('issue', 'a', 'project.task', 'x')`;
    await assert.rejects(database.sql.unsafe(statement), { code: "428C9" }, column);
  }
});

Deno.test("hints of both sides about one pair meet under one key; a record without partner has its own", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await sql`
    insert into plane.sync_mappings (origin, plane_type, plane_id, odoo_model, odoo_id)
    values ('plane', 'issue', 'a', 'project.task', '1'), ('odoo', 'issue', 'b', 'project.task', '2')`;
  const keyOf = async (system: string, type: string, id: string) => {
    const [row] = await sql`select plane.entity_key(${system}, ${type}, ${id}) as key`;
    return row?.key;
  };
  assert.equal(await keyOf("plane", "issue", "a"), "issue:a");
  assert.equal(await keyOf("odoo", "project.task", "1"), "issue:a");
  assert.equal(await keyOf("plane", "issue", "b"), "issue:b");
  assert.equal(await keyOf("odoo", "project.task", "2"), "issue:b");
  assert.equal(await keyOf("odoo", "project.task", "3"), "project.task:3");
});

Deno.test("a change touches updated_at, and nothing else has to", async () => {
  await using database = await createTestDatabase();
  const { sql } = database;
  await sql`
    insert into plane.sync_mappings (plane_type, plane_id, odoo_model, updated_at)
    values ('issue', 'a', 'project.task', '2026-01-01T00:00:00Z')`;
  await sql`update plane.sync_mappings set status = 'paused'`;
  const [row] = await sql`select updated_at > '2026-01-02T00:00:00Z' as touched from plane.sync_mappings`;
  assert.equal(row?.touched, true);
});
