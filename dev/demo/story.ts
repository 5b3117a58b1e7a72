/** The story the demo plays: what people do on both sides, what arrives, and what is on the other side afterwards. */
import { playFromOdoo } from "./from_odoo.ts";
import { sign, type StoryPlane } from "./plane.ts";
import { expect, type Timeline } from "./timeline.ts";
import { describeTask, settled, type Watch } from "./watch.ts";

export interface Story {
  plane: StoryPlane;
  watch: Watch;
  functionUrl: string;
  /** Signs what Plane sends. */
  secret: string;
  /** Signs what Odoo sends. */
  odooSecret: string;
  timeline: Timeline;
}

/** @returns how many webhooks were sent and how many tasks exist for it */
export async function playStory(story: Story): Promise<{ deliveries: number; tasks: number }> {
  const { plane } = story;
  const project = await createProject(story);
  const item = await createWorkItem(story, project);
  await repeatAndForge(story, item);
  await update(story, project, item);
  await outOfOrder(story, project, item);
  const others = await otherEnvelopes(story, project);
  const back = await playFromOdoo(story, project, item);
  return { deliveries: plane.sent().length + back.deliveries, tasks: 1 + others + back.tasks };
}

async function createProject({ plane, watch, timeline }: Story): Promise<string> {
  timeline.chapter("1. Somebody creates a project in Plane");
  plane.announceAs("v1");
  const project = await plane.createProject(`Website ${plane.suffix}`);
  timeline.hop("Plane: project created, webhook sent");
  const odooId = (await settled(watch, [`project:${project}`])).get(`project:${project}`);
  timeline.hop(`Odoo: project.project ${odooId} exists`);
  const stages = await watch.odoo.searchRead(
    "project.task.type",
    [["project_ids", "in", [odooId]]],
    ["name"],
    {
      order: "sequence asc, id asc",
    },
  );
  timeline.row(`its stages, from Plane's states: ${stages.map((stage) => stage.name).join(", ")}`);
  expect(stages.length >= 5, "a new project has the stages of Plane's states");
  return project;
}

async function createWorkItem({ plane, watch, timeline }: Story, project: string): Promise<string> {
  timeline.chapter("2. Somebody creates a work item");
  const item = await plane.createWorkItem(project, {
    name: "Invoice layout is broken",
    description_html:
      '<p>The <strong>total</strong> is cut off, see <mention-component entity_name="user_mention"></mention-component></p>',
    priority: "urgent",
    state: await plane.stateId(project, "In Progress"),
    labels: [await plane.createLabel(project, "Bug")],
    assignees: [plane.assignee.id],
    start_date: "2026-11-23",
    target_date: "2026-11-30",
  });
  timeline.hop("Plane: work item created, webhook sent");
  const id = (await settled(watch, [`issue:${item}`])).get(`issue:${item}`) ?? 0;
  timeline.hop(`Odoo: project.task ${id} exists`);
  const task = await describeTask(watch, id);
  for (const [field, value] of Object.entries(task)) timeline.row(`${field}: ${JSON.stringify(value)}`);
  expect(task.name === "Invoice layout is broken" && task.priority === "3", "name and priority are in Odoo");
  expect(JSON.stringify(task.stage_id).includes("In Progress"), "the state is the stage");
  // A tag that is there already is taken, however it is spelt.
  expect(JSON.stringify(task.tag_ids).toLowerCase() === '["bug"]', "the label is a tag");
  if (plane.assigneeIsInOdoo) {
    expect(JSON.stringify(task.user_ids) === `["${plane.assignee.email}"]`, "the assignee arrived");
  }
  expect(String(task.date_deadline).startsWith("2026-11-30"), "the target date is the deadline");
  return item;
}

async function repeatAndForge({ plane, functionUrl, secret, timeline }: Story, item: string): Promise<void> {
  timeline.chapter("3. Plane repeats a delivery; somebody forges one");
  const delivery = plane.sent().find(({ body }) => body.includes(item));
  expect(delivery !== undefined, "the webhook of the work item was sent");
  const repeated = await post(functionUrl, delivery.body, sign(secret, delivery.body));
  timeline.hop(
    `the same body under a new delivery id: ${repeated.status} duplicate=${repeated.answer.duplicate}`,
  );
  expect(repeated.status === 200 && repeated.answer.duplicate === true, "a repeated delivery is recognised");
  const forged = await post(
    functionUrl,
    delivery.body.replace("urgent", "none"),
    sign(secret, delivery.body),
  );
  timeline.hop(`a changed body with the old signature: ${forged.status} ${forged.answer.code}`);
  expect(forged.status === 401, "a forged delivery is refused");
}

async function update({ plane, watch, timeline }: Story, project: string, item: string): Promise<void> {
  timeline.chapter("4. Somebody changes three fields at once: Plane sends three webhooks");
  const before = plane.sent().length;
  await plane.updateWorkItem(project, item, {
    name: "Invoice layout is broken on paper",
    priority: "high",
    state: await plane.stateId(project, "Done"),
  });
  const id = (await settled(watch, [`issue:${item}`])).get(`issue:${item}`) ?? 0;
  timeline.hop(`Odoo: updated after ${plane.sent().length - before} webhooks`);
  const task = await describeTask(watch, id);
  timeline.row(
    `name: ${task.name}, priority: ${task.priority}, stage: ${
      JSON.stringify(task.stage_id)
    }, state: ${task.state}`,
  );
  expect(task.priority === "2" && task.state === "1_done", "the update is in Odoo, closed with its flag");
}

async function outOfOrder(
  { plane, watch, functionUrl, secret, timeline }: Story,
  project: string,
  item: string,
): Promise<void> {
  timeline.chapter("5. An old webhook arrives after a newer one");
  const late = await plane.withheld(() => plane.updateWorkItem(project, item, { name: "An old name" }));
  await plane.updateWorkItem(project, item, { name: "The newest name" });
  const id = (await settled(watch, [`issue:${item}`])).get(`issue:${item}`) ?? 0;
  timeline.hop("Odoo: has the newest name");
  for (const body of late) {
    const answer = await post(functionUrl, body, sign(secret, body));
    timeline.hop(`the old webhook arrives: ${answer.status}`);
  }
  await settled(watch, [`issue:${item}`]);
  const task = await describeTask(watch, id);
  timeline.hop(`Odoo: the name is still "${task.name}"`);
  expect(task.name === "The newest name", "an old webhook changes nothing");
}

async function otherEnvelopes({ plane, watch, timeline }: Story, project: string): Promise<number> {
  timeline.chapter("6. The other envelopes: Plane Cloud's v2, and the legacy form some relays send");
  for (const version of ["v2", "legacy"] as const) {
    plane.announceAs(version);
    const other = await plane.createProject(`Via ${version} ${plane.suffix}`);
    const item = await plane.createWorkItem(project, { name: `Announced by ${version}` });
    const ids = await settled(watch, [`project:${other}`, `issue:${item}`]);
    const task = await describeTask(watch, ids.get(`issue:${item}`) ?? 0);
    timeline.hop(`Odoo: project ${ids.get(`project:${other}`)} and task ${task.id} "${task.name}" exist`);
    expect(task.name === `Announced by ${version}`, `${version} webhooks arrive`);
  }
  plane.announceAs("v1");
  return 2;
}

async function post(
  url: string,
  body: string,
  signature: string,
): Promise<{ status: number; answer: Record<string, unknown> }> {
  const response = await fetch(`${url}?source=plane`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-plane-signature": signature,
      "x-plane-delivery": crypto.randomUUID(),
    },
    body,
  });
  return { status: response.status, answer: await response.json() };
}
