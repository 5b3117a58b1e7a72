/** A small story in a sandbox Plane: a project, a parent and a child with everything a work item can have. */
import assert from "node:assert/strict";
import type { SandboxPlane } from "../../dev/sandbox/plane/server.ts";
import type { SandboxOdoo } from "../../dev/sandbox/odoo/server.ts";
import type { Sql } from "../../shared/store/database.ts";

export interface Story {
  project: string;
  parent: string;
  child: string;
  label: string;
  /** Makes the names of this story's records its own. */
  tag: string;
}

let stories = 0;

export async function beginStory(plane: SandboxPlane): Promise<Story> {
  const tag = `S${++stories}`;
  const project = String(
    (await plane.api("POST", "/projects/", { name: `Project ${tag}`, identifier: tag })).id,
  );
  const at = (path: string) => `/projects/${project}/${path}/`;
  const states = (await plane.api("GET", at("states"))).results as { id: string; group: string }[];
  const label = `Label ${tag}`;
  const labelId = (await plane.api("POST", at("labels"), { name: label, color: "#dc2626" })).id;
  const parent = String((await plane.api("POST", at("work-items"), { name: `Parent ${tag}` })).id);
  const child = await plane.api("POST", at("work-items"), {
    name: `Child ${tag}`,
    description_html: `<p>What ${tag} is about</p>`,
    priority: "high",
    state: states.find(({ group }) => group === "started")?.id,
    assignees: [plane.users.alice.id],
    labels: [labelId],
    target_date: "2026-12-24",
    parent,
  });
  return { project, parent, child: String(child.id), label, tag };
}

/** The v2 webhook that announces the child; the project and the parent are not announced at all. */
export function announcement({ child, project }: Story): object {
  return {
    version: "v2",
    event: "workitem.created",
    event_id: crypto.randomUUID(),
    webhook_id: crypto.randomUUID(),
    entity_id: child,
    entity_type: "issue",
    data: { project_id: project },
  };
}

/** Exactly one partner each, right in every field, with mapping and snapshot; nothing left to do. */
export async function assertToldOnce(
  sql: Sql,
  odoo: SandboxOdoo,
  story: Story,
  { allStages = true }: { allStages?: boolean } = {},
): Promise<void> {
  const named = (model: string, name: string) => odoo.records(model).filter((record) => record.name === name);
  const only = (model: string, name: string) => {
    const records = named(model, name);
    assert.equal(records.length, 1, `${records.length} records ${model} ${name}`);
    return records[0] ?? {};
  };
  const project = only("project.project", `Project ${story.tag}`);
  const parent = only("project.task", `Parent ${story.tag}`);
  const child = only("project.task", `Child ${story.tag}`);
  const tag = only("project.tags", story.label);
  const [alice] = odoo.records("res.users").filter(({ login }) => login === "alice@example.test");
  const stages = odoo.records("project.task.type").filter(({ project_ids }) =>
    Array.isArray(project_ids) && project_ids.includes(project.id)
  );
  const states = ["Backlog", "Todo", "In Progress", "Done", "Cancelled"];
  const made = stages.map(({ name }) => String(name));
  assert.deepEqual(made, allStages ? states : states.filter((state) => made.includes(state)));
  assert.deepEqual(
    {
      project: [child.project_id, parent.project_id].map(id),
      parent: id(child.parent_id),
      stage: id(child.stage_id),
      state: child.state,
      priority: child.priority,
      user_ids: child.user_ids,
      tag_ids: child.tag_ids,
      deadline: child.date_deadline,
      description: child.description,
    },
    {
      project: [project.id, project.id],
      parent: parent.id,
      stage: stages.find(({ name }) => name === "In Progress")?.id,
      state: "01_in_progress",
      priority: "2",
      user_ids: [alice?.id],
      tag_ids: [tag.id],
      deadline: "2026-12-24 12:00:00",
      description: `<p>What ${story.tag} is about</p>`,
    },
  );

  const partners = new Map([[story.project, project.id], [story.parent, parent.id], [story.child, child.id]]);
  const mappings = await sql<{ plane_id: string; odoo_id: string; status: string; remembered: boolean }[]>`
    select m.plane_id, m.odoo_id, m.status, s.plane_seen is not null as remembered
    from plane.sync_mappings m left join plane.sync_snapshot s on s.mapping_id = m.id
    where m.plane_id = any (${[...partners.keys()]})`;
  assert.deepEqual(
    new Map(mappings.map((each) => [each.plane_id, each.odoo_id])),
    new Map([...partners].map(([plane, odooId]) => [plane, String(odooId)])),
  );
  assert(mappings.every(({ status, remembered }) => status === "active" && remembered));
  await assertNothingLeft(sql);
}

/** No work, nobody waiting, no delivery that nobody has dealt with. */
export async function assertNothingLeft(sql: Sql): Promise<void> {
  const [left] = await sql`
    select (select coalesce(jsonb_agg(to_jsonb(q)), '[]') from plane.sync_queue q) as queue,
      (select count(*)::int from plane.sync_waiting) as waiting,
      (select count(*)::int from plane.webhook_delivery where status not in ('processed', 'ignored')) as open`;
  assert.deepEqual({ ...left }, { queue: [], waiting: 0, open: 0 });
}

/** Odoo's `[id, name]`. */
function id(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value;
}
