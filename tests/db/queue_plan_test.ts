/**
 * The cost of a claim does not depend on the backlog: the plans PostgreSQL chooses inside plane.claim_entities, taken from
 * the function itself while it runs (auto_explain), not from a copy of its statements.
 */
import assert from "node:assert/strict";
import postgres from "postgres";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { z } from "zod";

const BACKLOG = 200_000;

interface PlanNode {
  "Node Type": string;
  "Index Name"?: string | undefined;
  "Actual Rows"?: number | undefined;
  "Rows Removed by Filter"?: number | undefined;
  Plans?: PlanNode[] | undefined;
}
const planNode: z.ZodType<PlanNode> = z.lazy(() =>
  z.looseObject({
    "Node Type": z.string(),
    "Index Name": z.string().optional(),
    "Actual Rows": z.number().optional(),
    "Rows Removed by Filter": z.number().optional(),
    Plans: z.array(planNode).optional(),
  })
);
const explained = z.looseObject({ "Query Text": z.string(), Plan: planNode });

interface Claim {
  claimed: number;
  /** How many rows were leased before. */
  leased: number;
  /** The nodes of every plan that reads the queue, by the statement they belong to. */
  statements: { text: string; nodes: PlanNode[] }[];
  /** Pages of 8 kB the claim looked at, in memory or not. */
  pages: number;
}

interface Explaining extends AsyncDisposable {
  claim(limit: number): Promise<Claim>;
}

/** A session in which the server tells each statement's plan, also of those inside functions. */
async function explaining(database: TestDatabase): Promise<Explaining> {
  const notices: string[] = [];
  const sql = postgres(database.url, {
    max: 1,
    onnotice: ({ message = "" }) => {
      const at = message.indexOf("plan:\n");
      if (at >= 0) notices.push(message.slice(at + "plan:\n".length));
    },
  });
  await sql.unsafe(`
    load 'auto_explain';
    set auto_explain.log_min_duration = 0;
    set auto_explain.log_nested_statements = on;
    set auto_explain.log_analyze = on;
    set auto_explain.log_buffers = on;
    set auto_explain.log_format = json;
    set client_min_messages = log;
  `).simple();
  const claim = async (limit: number): Promise<Claim> => {
    notices.length = 0;
    let pages = 0;
    const [before] = await database.sql`
      select count(*)::int as leased from plane.sync_queue where status = 'processing'`;
    const rows = await sql`select id from plane.claim_entities('test', ${limit})`;
    const statements = notices.flatMap((notice) => {
      const { "Query Text": text, Plan: plan } = explained.parse(JSON.parse(notice));
      const buffers = z.looseObject({ "Shared Hit Blocks": z.number(), "Shared Read Blocks": z.number() })
        .parse(plan);
      if (text.includes("claim_entities")) {
        pages = buffers["Shared Hit Blocks"] + buffers["Shared Read Blocks"];
      }
      const nodes = flatten(plan);
      return nodes.some((node) => "Relation Name" in node) ? [{ text, nodes }] : [];
    });
    return { claimed: rows.length, leased: Number(before?.leased), statements, pages };
  };
  // A session's first claim also reads PostgreSQL's own catalogue.
  await claim(1);
  return { claim, [Symbol.asyncDispose]: () => sql.end() };
}

function flatten(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}

async function fill(database: TestDatabase, rows: number, priority: number, due: string): Promise<void> {
  await database.sql`
    insert into plane.sync_queue (entity_key, source_system, source_id, source_type, priority, next_attempt_at)
    select format('issue:%s-%s', ${priority}::int, n), 'plane', n, 'issue', ${priority},
      clock_timestamp() + ${due}::interval + n * interval '1 millisecond'
    from generate_series(1, ${rows}) n`;
  await database.sql`vacuum analyze plane.sync_queue`;
}

/** The statement that looks for due rows: it must walk the index in its order, and read no more than it takes. */
function assertByIndexAlone({ claimed, leased, statements }: Claim): void {
  const all = statements.flatMap(({ nodes }) => nodes);
  assert(statements.some(({ text }) => text.includes("skip locked")), "the search is among the plans");
  for (const forbidden of ["Seq Scan", "Sort", "Incremental Sort", "Bitmap Heap Scan"]) {
    assert(!all.some((node) => node["Node Type"] === forbidden), `no ${forbidden}`);
  }
  for (const { nodes } of statements.filter(({ text }) => text.includes("skip locked"))) {
    const scans = nodes.filter((node) => node["Node Type"].startsWith("Index"));
    assert.deepEqual(scans.map((node) => node["Index Name"]), ["sync_queue_due_idx"]);
    assert((scans[0]?.["Actual Rows"] ?? Infinity) <= claimed, "it reads no free row it does not take");
    assert((scans[0]?.["Rows Removed by Filter"] ?? 0) <= leased, "and passes over no more than is leased");
  }
}

Deno.test("a claim walks the index of due rows, sorts nothing and reads no more with a large backlog", async () => {
  await using database = await createTestDatabase();
  await fill(database, 1_000, 5, "-1 day");
  await using small = await explaining(database);
  const before = await small.claim(1);
  assert.equal(before.claimed, 1);
  assertByIndexAlone(before);

  await fill(database, BACKLOG, 4, "-2 days");
  await using large = await explaining(database);
  // After five calls PostgreSQL may change to a plan that does not know the parameters: that one counts as well.
  for (let call = 1; call <= 12; call++) {
    const claim = await large.claim(1);
    assert.equal(claim.claimed, 1);
    assertByIndexAlone(claim);
    assert(
      claim.pages <= before.pages + 25,
      `call ${call} looked at ${claim.pages} pages, ${before.pages} before`,
    );
  }
  for (let call = 1; call <= 7; call++) {
    const claim = await large.claim(100);
    assert.equal(claim.claimed, 100);
    assertByIndexAlone(claim);
  }
});

Deno.test("a claim rewrites rows on their pages and leaves every index alone", async () => {
  await using database = await createTestDatabase();
  await fill(database, 1_000, 5, "-1 day");
  const written = await database.sql.begin(async (transaction) => {
    await transaction`select plane.claim_entities('test', 100)`;
    return await transaction`
      select n_tup_upd::int as rows, n_tup_hot_upd::int as without_index
      from pg_stat_xact_user_tables where relid = 'plane.sync_queue'::regclass`;
  });
  assert.deepEqual({ ...written[0] }, { rows: 100, without_index: 100 });
});

Deno.test("rows that back off at a higher priority cost a claim nothing", async () => {
  await using database = await createTestDatabase();
  await fill(database, 1_000, 5, "-1 day");
  await using small = await explaining(database);
  const before = await small.claim(1);

  await fill(database, BACKLOG, 9, "1 day");
  await using large = await explaining(database);
  for (let call = 1; call <= 7; call++) {
    const claim = await large.claim(1);
    assert.equal(claim.claimed, 1);
    assertByIndexAlone(claim);
    assert(
      claim.pages <= before.pages + 25,
      `call ${call} looked at ${claim.pages} pages, ${before.pages} before`,
    );
  }
});

Deno.test("dead letters cost a claim nothing", async () => {
  await using database = await createTestDatabase();
  await fill(database, BACKLOG / 4, 9, "-1 day");
  await database.sql`update plane.sync_queue set status = 'failed', last_error = 'odoo_rejected'`;
  await fill(database, 10, 5, "-1 day");
  await using session = await explaining(database);
  for (let call = 1; call <= 7; call++) {
    const claim = await session.claim(1);
    assert.equal(claim.claimed, 1);
    assertByIndexAlone(claim);
  }
});

Deno.test("settling finds its rows by their keys, whatever the backlog", async () => {
  await using database = await createTestDatabase();
  await fill(database, BACKLOG / 4, 5, "-1 day");
  const { sql } = database;
  const held = await sql<
    { id: string; fence: string }[]
  >`select id, fence from plane.claim_entities('test', 100)`;
  const notices: string[] = [];
  const session = postgres(database.url, { max: 1, onnotice: ({ message = "" }) => notices.push(message) });
  try {
    await session.unsafe(`
      load 'auto_explain';
      set auto_explain.log_min_duration = 0;
      set auto_explain.log_nested_statements = on;
      set client_min_messages = log;
    `).simple();
    for (const { id, fence } of held.slice(0, 12)) {
      await session`
        select * from plane.settle_entities(${[id]}::uuid[], ${[
        fence,
      ]}::bigint[], array['retry'], array[now()], array['x'])`;
    }
    const plans = notices.filter((notice) => notice.includes("plan:"));
    assert(plans.some((plan) => plan.includes("sync_queue_pkey")), "the plans are seen");
    assert.deepEqual(plans.filter((plan) => /Seq Scan on (sync_queue|webhook_delivery)/.test(plan)), []);
  } finally {
    await session.end();
  }
});
