/** A project with work items, cycles and modules in the sandbox Plane, whose webhooks reach a worker on demand. */
import assert from "node:assert/strict";
import type { SandboxPlane } from "../../dev/sandbox/plane/server.ts";
import type { OdooRecord } from "../../shared/odoo/client.ts";
import { recordDelivery } from "../../shared/store/deliveries.ts";
import { normalisePlane } from "../../shared/webhook/normalise_plane.ts";
import { createSyncWorld, type SyncWorld, type SyncWorldOptions } from "./sync_world.ts";

export interface PlanningScene extends AsyncDisposable {
  world: SyncWorld;
  plane: SandboxPlane;
  project: string;
  projectName: string;
  /** Stores everything Plane has sent since the last time, and processes what is due. */
  arrive(): Promise<void>;
  /** Makes a record below the project and returns its id. */
  make(path: string, body: object): Promise<string>;
  change(path: string, body: object): Promise<void>;
  remove(path: string): Promise<void>;
  /** Looks at a record again, as a sweep does; Plane is not read before. */
  hint(type: string, id: string, readFirst?: boolean): Promise<void>;
  /** The Odoo record of a Plane record, archived or not. */
  partner(type: string, id: string, fields: string[]): Promise<OdooRecord>;
  task(item: string, ...fields: string[]): Promise<OdooRecord>;
  /** Writes to tasks since the last call of this. */
  taskWrites(): number;
}

export async function planningScene(
  options: SyncWorldOptions & { moduleAs?: string; timeZone?: string } = {},
): Promise<PlanningScene> {
  const world = await createSyncWorld({ ...options, withPlane: true });
  const { plane, sql, odoo } = world;
  assert(plane !== undefined);
  if (options.moduleAs !== undefined) {
    await sql`
      update plane.sync_config set options = ${sql.json({ module_as: options.moduleAs })}
      where plane_type = 'module'`;
  }
  const receiver = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => Response.json({ ok: true }),
  );
  plane.webhooks.add({ url: `http://127.0.0.1:${receiver.addr.port}/` });
  let arrived = 0;
  const arrive = async () => {
    await plane.idle();
    for (const { body } of plane.deliveries.slice(arrived)) {
      const bytes = new TextEncoder().encode(body);
      const [delivery, trace] = [crypto.randomUUID(), crypto.randomUUID()];
      await recordDelivery(sql, normalisePlane(JSON.parse(body), bytes, delivery, trace), body);
    }
    arrived = plane.deliveries.length;
    await world.drain();
  };
  const unique = crypto.randomUUID().slice(0, 8);
  const projectName = `Plan ${unique}`;
  const made = await plane.api("POST", "/projects/", {
    name: projectName,
    identifier: unique.slice(0, 6).toUpperCase(),
    cycle_view: true,
    module_view: true,
    timezone: options.timeZone ?? "UTC",
  });
  const project = String(made.id);
  await arrive();
  const inProject = (path: string) => `/projects/${project}/${path}`;
  const partner = async (type: string, id: string, fields: string[]) => {
    const [row] = await sql<{ odoo_model: string; odoo_id: string }[]>`
      select odoo_model, odoo_id from plane.sync_mappings
      where plane_type = ${type} and plane_id = ${id} and odoo_id is not null`;
    assert(row !== undefined, `${type} ${id} has no partner`);
    const call = { context: { active_test: false } };
    const [record] = await odoo.read(row.odoo_model, [Number(row.odoo_id)], fields, call);
    assert(record !== undefined, `${row.odoo_model} ${row.odoo_id} is gone`);
    return record;
  };
  let counted = 0;
  return {
    world,
    plane,
    project,
    projectName,
    arrive,
    make: async (path, body) => String((await plane.api("POST", inProject(path), body)).id),
    change: async (path, body) => void await plane.api("PATCH", inProject(path), body),
    remove: async (path) => void await plane.api("DELETE", inProject(path)),
    hint: async (type, id, readFirst = false) => {
      const payload = JSON.stringify({ project_id: project });
      await sql`select plane.enqueue_sync('plane', ${id}, ${type}, 'update', ${payload}::text::jsonb, 3)`;
      if (readFirst) await sql`update plane.sync_queue set read_first = true where source_id = ${id}`;
      await world.drain();
    },
    partner,
    task: (item, ...fields) => partner("issue", item, fields),
    taskWrites: () => {
      const writes =
        world.sandboxOdoo.calls.filter(({ model, method }) => model === "project.task" && method === "write")
          .length;
      const since = writes - counted;
      counted = writes;
      return since;
    },
    [Symbol.asyncDispose]: async () => {
      await receiver.shutdown();
      await world.close();
    },
  };
}
