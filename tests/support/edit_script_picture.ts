/** A picture of some projects in an Odoo, read over its interface: what the judge and the people of an edit script see of it. */
import type { Row, Stored } from "../../dev/sandbox/odoo/database.ts";
import type { OdooClient, OdooDomain, OdooRecord } from "../../shared/odoo/client.ts";
import type { OdooTables } from "../sim/judge/evidence.ts";
import { LABELS } from "../sim/world/texts.ts";

const FIELDS = {
  "project.project": ["name", "active", "write_date"],
  "project.task": [
    ...["name", "description", "priority", "stage_id", "state", "user_ids", "tag_ids", "date_deadline"],
    ...["parent_id", "project_id", "active", "write_date"],
  ],
  "project.task.type": ["name", "project_ids", "fold"],
  "project.tags": ["name"],
  "res.users": ["login", "email"],
  "ir.model.data": ["module", "name", "model", "res_id"],
} as const;
type Model = keyof typeof FIELDS;

export class OdooPicture implements OdooTables {
  readonly #tables = new Map<string, Map<number, Row>>();
  /** Projects that take part. */
  readonly projects = new Set<number>();
  readonly database = {
    row: (model: string, id: number): Row | undefined => this.#tables.get(model)?.get(id),
    rows: (model: string): Iterable<Row> => this.#tables.get(model)?.values() ?? [],
  };

  /** @param people addresses of those who may be assigned */
  constructor(readonly odoo: OdooClient, readonly people: readonly string[]) {}

  /** Reads everything again. What is deleted is no longer in the picture; names of stages and tags stay. */
  async refresh(): Promise<void> {
    const projects = [...this.projects];
    const tasks = [...this.#ids("project.task")];
    this.#replace("project.project", await this.#find("project.project", [["id", "in", projects]]));
    this.#replace(
      "project.task",
      await this.#find("project.task", ["|", ["project_id", "in", projects], ["id", "in", tasks]]),
    );
    const used = new Set(
      [...this.database.rows("project.task")].flatMap(({ tag_ids }) => Array.isArray(tag_ids) ? tag_ids : []),
    );
    await this.#add("project.task.type", [["project_ids", "in", projects]]);
    const named = LABELS.map((label) => ["name", "=ilike", label] as const);
    await this.#add("project.tags", ["|", "|", "|", ...named, ["id", "in", [...used]]]);
    await this.#add("res.users", [["login", "in", this.people]]);
    this.#replace(
      "ir.model.data",
      await this.#find("ir.model.data", [
        ["module", "=", "plane"],
        ["model", "=", "project.task"],
        ["res_id", "in", [...this.#ids("project.task")]],
      ]),
    );
  }

  #ids(model: Model): IterableIterator<number> {
    return (this.#tables.get(model) ?? new Map<number, Row>()).keys();
  }

  #find(model: Model, domain: OdooDomain): Promise<OdooRecord[]> {
    const all = { context: { active_test: false } };
    return this.odoo.searchRead(model, domain, [...FIELDS[model]], { order: "id asc" }, all);
  }

  async #add(model: Model, domain: OdooDomain): Promise<void> {
    const known = [...this.database.rows(model)];
    this.#replace(model, [...known, ...await this.#find(model, domain)]);
  }

  #replace(model: Model, records: readonly OdooRecord[]): void {
    const rows = records.map((record) => [record.id, rowOf(record)] as const);
    this.#tables.set(model, new Map(rows.sort(([one], [other]) => one - other)));
  }
}

/** A many2one is its id, as in a table. */
function rowOf(record: OdooRecord): Row {
  const cells = Object.entries(record).map(([field, value]) => [field, storedOf(field, value)] as const);
  return { ...Object.fromEntries(cells), id: record.id };
}

function storedOf(field: string, value: unknown): Stored {
  if (Array.isArray(value)) {
    if (typeof value[1] === "string") return Number(value[0]);
    return value.map(Number);
  }
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  throw new Error(`Odoo answers ${JSON.stringify(value)} for ${field}`);
}
