/** A Plane project that shows orders and invoices, and hands to make them in Odoo. */
import assert from "node:assert/strict";
import type { SandboxPlane } from "../../dev/sandbox/plane/server.ts";
import { createSyncWorld, type SyncWorld, type SyncWorldOptions } from "./sync_world.ts";

export type Values = Record<string, unknown>;

export interface DocumentScene extends AsyncDisposable {
  world: SyncWorld;
  plane: SandboxPlane;
  project: string;
  /** Says that an Odoo record may have changed, as a poll would, and processes everything. */
  look(model: string, id: number): Promise<void>;
  items(): Promise<Values[]>;
  /** The only work item there is. */
  item(): Promise<Values>;
  editItem(id: unknown, values: Values): Promise<void>;
  stateName(id: unknown): Promise<string>;
  links(id: unknown): Promise<Values[]>;
  /** A call on records that people make: confirm, post, cancel. */
  act(model: string, method: string, id: number): Promise<void>;
}

/** @param pair the rows of plane.sync_config are made or changed to this, enabled */
export async function documentScene(
  models: readonly string[],
  pair: { options?: Values; field_mappings?: Values; direction?: string } = {},
  options: SyncWorldOptions = {},
): Promise<DocumentScene> {
  const world = await createSyncWorld({ withPlane: true, withLinks: true, ...options });
  const { plane } = world;
  assert(plane !== undefined);
  const made = await plane.api("POST", "/projects/", { name: `Back office ${unique()}`, identifier: "BACK" });
  const project = String(made.id);
  for (const model of models) {
    const given = { plane_project: project, ...pair.options };
    await world.sql`
      insert into plane.sync_config (plane_type, odoo_model, enabled, direction, field_mappings, options)
      values ('issue', ${model}, true, ${pair.direction ?? "odoo_to_plane"},
        ${world.sql.json((pair.field_mappings ?? {}) as never)}, ${world.sql.json(given as never)})
      on conflict (plane_type, odoo_model) do update set enabled = true, options = excluded.options`;
  }
  const path = (id: unknown) => `/projects/${project}/work-items/${id}/`;
  const list = async (of: string) => (await plane.api("GET", of)).results as Values[];
  const items = () => list(`/projects/${project}/work-items/`);
  return {
    world,
    plane,
    project,
    look: async (model, id) => {
      await world.sql`select plane.enqueue_sync('odoo', ${String(id)}, ${model})`;
      await world.drain();
      await world.arrive();
    },
    items,
    item: async () => {
      const [item, ...others] = await items();
      assert(item !== undefined && others.length === 0, "there is not exactly one work item");
      return item;
    },
    editItem: async (id, values) => {
      await plane.api("PATCH", path(id), values);
      await world.arrive();
    },
    stateName: async (id) => {
      const { state } = await plane.api("GET", path(id));
      return String((await list(`/projects/${project}/states/`)).find((row) => row.id === state)?.name);
    },
    links: (id) => list(`${path(id)}links/`),
    act: async (model, method, id) => {
      await world.odoo.call(model, method, { ids: [id] });
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

/** A sales order with one line of 250. */
export async function makeOrder({ world }: Pick<DocumentScene, "world">, partner: string): Promise<number> {
  const [customer] = await world.odoo.create("res.partner", [{ name: partner }]);
  const [product] = await world.odoo.create("product.product", [{
    name: `Desk ${unique()}`,
    list_price: 125,
  }]);
  const line = { product_id: product, product_uom_qty: 2, price_unit: 125 };
  const [order] = await world.odoo.create("sale.order", [{
    partner_id: customer,
    order_line: [[0, 0, line]],
  }]);
  assert(order !== undefined);
  return order;
}

export async function makeInvoice(
  { world }: Pick<DocumentScene, "world">,
  partner: string,
  type = "out_invoice",
): Promise<number> {
  const [customer] = await world.odoo.create("res.partner", [{ name: partner }]);
  const [invoice] = await world.odoo.create("account.move", [{
    move_type: type,
    partner_id: customer,
    invoice_line_ids: [[0, 0, { name: "Consulting", quantity: 1, price_unit: 80 }]],
  }]);
  assert(invoice !== undefined);
  return invoice;
}

/** For names in an Odoo that others use too. */
export function unique(): string {
  return crypto.randomUUID().slice(0, 8);
}
