/** The way back: somebody edits a task in Odoo, and makes one there. */
import { createHmac } from "node:crypto";
import type { StoryPlane } from "./plane.ts";
import { expect, type Timeline } from "./timeline.ts";
import { settled, type Watch } from "./watch.ts";

export interface FromOdoo {
  plane: StoryPlane;
  watch: Watch;
  functionUrl: string;
  /** Signs what Odoo sends. */
  odooSecret: string;
  timeline: Timeline;
}

/** @returns how many webhooks Odoo sent and how many tasks were made */
export async function playFromOdoo(
  story: FromOdoo,
  project: string,
  item: string,
): Promise<{ deliveries: number; tasks: number }> {
  const { plane, watch, timeline } = story;
  const ids = await settled(watch, [`project:${project}`, `issue:${item}`]);
  const task = ids.get(`issue:${item}`) ?? 0;

  timeline.chapter("7. Somebody edits the task in Odoo");
  await watch.odoo.write("project.task", [task], { name: "Renamed in Odoo", priority: "3" });
  timeline.hop("Odoo: task written");
  await tell(story, task);
  timeline.hop("Odoo: its webhook is sent and stored");
  await plane.until(item, ({ name }) => name === "Renamed in Odoo");
  timeline.hop("Plane: the work item has the new name");
  const changed = await plane.workItem(project, item);
  timeline.row(`name: ${changed.name}, priority: ${changed.priority}`);
  expect(changed.priority === "urgent", "what was edited in Odoo is in Plane");

  timeline.chapter("8. Somebody makes a task in Odoo");
  const [made = 0] = await watch.odoo.create("project.task", [
    { name: "Made in Odoo", project_id: ids.get(`project:${project}`), user_ids: [] },
  ]);
  timeline.hop(`Odoo: project.task ${made} made`);
  await tell(story, made);
  const partner = await plane.findWorkItem(project, "Made in Odoo");
  timeline.hop("Plane: the work item exists");
  timeline.row(`external_source: ${partner.external_source}, external_id: ${partner.external_id}`);
  await plane.idle();
  const after = await settled(watch, [`issue:${partner.id}`]);
  timeline.hop(`the echo of our own writes is over: still task ${after.get(`issue:${partner.id}`)}`);
  expect(
    after.get(`issue:${partner.id}`) === made,
    "the announcement of our own work item makes no second task",
  );
  return { deliveries: 2, tasks: 1 };
}

/** What an add-on in Odoo sends once its transaction is committed. */
async function tell({ functionUrl, odooSecret }: FromOdoo, id: number): Promise<void> {
  const body = JSON.stringify({ model: "project.task", action: "write", data: { id } });
  const signature = createHmac("sha256", odooSecret).update(body).digest("hex");
  const headers = { "content-type": "application/json", "x-odoo-signature": signature };
  const response = await fetch(`${functionUrl}?source=odoo`, { method: "POST", headers, body });
  await response.body?.cancel();
  expect(response.status === 200, "a signed webhook of Odoo is taken");
}
