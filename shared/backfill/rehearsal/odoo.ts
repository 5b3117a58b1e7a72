/** An Odoo that is read and never written: what would be written is counted and kept here, and seen by later reads. */
import { z } from "zod";
import { isOutage } from "../../circuit/outage.ts";
import type { OdooClient, OdooRecord } from "../../odoo/client.ts";
import { failureOf } from "../../queue/failure.ts";
import { countCall } from "./calls.ts";
import type { RehearsalMemory } from "./memory.ts";
import type { Table } from "./shelf.ts";
import { among, asRead, emptyOf, isRelative } from "./values.ts";

const TAG_MODEL = "project.tags";

/** Methods that change nothing. */
const READS: ReadonlySet<string> = new Set([
  "check_object_reference",
  "get_external_id",
  "search_count",
  "fields_get",
  "name_search",
]);

const referenceArgs = z.object({ module: z.string(), xml_id: z.string() });
const idsArgs = z.object({ ids: z.array(z.number()) });

const keyOf = (model: string, id: number) => `${model},${id}`;

/**
 * Records that are only imagined have negative ids: no domain finds them in the real Odoo.
 *
 * @param now the time of day as Odoo writes it
 */
export function rehearsingOdoo(client: OdooClient, memory: RehearsalMemory, now: () => string): OdooClient {
  const { odoo: imagined, named, tags, tally } = memory;
  const calls = tally.odoo;
  const types = new Map<string, Promise<Record<string, string>>>();

  const typesOf = (model: string) => {
    const asked = types.get(model) ??
      client.fieldsGet(model, ["type"]).then((fields) =>
        Object.fromEntries(Object.entries(fields).map(([name, { type }]) => [name, String(type)]))
      );
    types.set(model, asked);
    return asked;
  };
  const put = async (model: string, id: number, values: Record<string, unknown>): Promise<void> => {
    const [known, key] = [await typesOf(model), keyOf(model, id)];
    const record = await imagined.get(key) ?? {};
    imagined.set(key, record);
    const relative = id > 0 ? Object.keys(values).filter((name) => isRelative(values[name])) : [];
    const unseen = relative.filter((name) => !Object.hasOwn(record, name));
    // What is added to or taken away from is needed only because nothing is written: it is no call of the real run's.
    if (unseen.length > 0) {
      const [now] = await client.read(model, [id], unseen, { context: { active_test: false } });
      Object.assign(record, among(now, unseen));
    }
    for (const [column, value] of Object.entries(values)) {
      const name = column.split("/")[0] ?? column;
      if (column !== "id") record[name] = asRead(value, known[name], record[name]);
    }
    record.write_date = now();
    imagined.set(key, record);
    if (model === TAG_MODEL && id < 0) tags.set(String(id), String(record.name));
  };
  const existing = async (externalId: string): Promise<number | null> => {
    const [module, xml_id] = [externalId.split(".")[0] ?? "", externalId.split(".").slice(1).join(".")];
    try {
      const answer = await client.call("ir.model.data", "check_object_reference", { module, xml_id }, {
        context: { active_test: false },
      });
      const id: unknown = Array.isArray(answer) ? answer[1] : null;
      return typeof id === "number" ? id : null;
    } catch (thrown) {
      if (isOutage(failureOf(thrown))) throw thrown;
      return null;
    }
  };

  return {
    get protocol() {
      return client.protocol;
    },
    version: (call) => client.version(call),
    fieldsGet: (model, attributes, call) => client.fieldsGet(model, attributes, call),
    search: (model, domain, query, call) => {
      countCall(calls, `${model}/search`, false);
      return client.search(model, domain, query, call);
    },
    searchRead: async (model, domain, fields, query, call) => {
      countCall(calls, `${model}/search_read`, false);
      const found = await client.searchRead(model, domain, fields, query, call);
      const alsoNamed = model === TAG_MODEL ? tagsNamed(tags, domain) : [];
      return [...found, ...alsoNamed];
    },
    read: async (model, ids, fields, call) => {
      const real = ids.filter((id) => id > 0);
      countCall(calls, `${model}/read`, false);
      const found = await client.read(model, real, fields, call);
      const known = await imagined.some(ids.map((id) => keyOf(model, id)));
      const records = found.map((record) => ({
        ...record,
        ...among(known.get(keyOf(model, record.id)), fields),
      }));
      const types = known.size === 0 ? {} : await typesOf(model);
      for (const id of ids) {
        const record = known.get(keyOf(model, id));
        if (id > 0 || record === undefined) continue;
        const empty = Object.fromEntries(fields.map((name) => [name, emptyOf(types[name], name)]));
        records.push({ ...empty, ...among(record, fields), id });
      }
      return records;
    },
    write: async (model, ids, values) => {
      countCall(calls, `${model}/write`, true);
      for (const id of ids) await put(model, id, values);
    },
    create: async (model, rows) => {
      countCall(calls, `${model}/create`, true);
      const ids: number[] = [];
      for (const values of rows) {
        const id = tally.lastOdooId -= 1;
        ids.push(id);
        await put(model, id, values);
      }
      return ids;
    },
    load: async (model, fields, rows) => {
      countCall(calls, `${model}/load`, true);
      const ids: number[] = [];
      for (const row of rows) {
        const values = Object.fromEntries(fields.map((name, index) => [name, row[index] ?? ""]));
        const external = values.id ?? "";
        const id = named.get(external)?.id ?? await existing(external) ?? (tally.lastOdooId -= 1);
        named.set(external, { model, id });
        await put(model, id, values);
        ids.push(id);
      }
      return ids;
    },
    call: async (model, method, args, call) => {
      countCall(calls, `${model}/${method}`, !READS.has(method));
      if (!READS.has(method)) return true;
      const reference = referenceArgs.safeParse(args).data;
      const ours = reference === undefined ? undefined : named.get(`${reference.module}.${reference.xml_id}`);
      if (method === "check_object_reference" && ours !== undefined) return [ours.model, ours.id];
      const ids = idsArgs.safeParse(args).data?.ids;
      if (ids === undefined || ids.every((id) => id > 0)) return await client.call(model, method, args, call);
      return Object.fromEntries(ids.map((id) => [String(id), ""]));
    },
  };
}

/** Imagined tags with one of the names a domain asks for. */
function tagsNamed(tags: Table<string>, domain: readonly unknown[]): OdooRecord[] {
  const names = new Set(
    domain.flatMap((condition) =>
      Array.isArray(condition) && condition[0] === "name"
        ? [String(condition[2]).replaceAll("\\", "").toLowerCase()]
        : []
    ),
  );
  return [...tags].flatMap(([id, name]) => names.has(name.toLowerCase()) ? [{ id: Number(id), name }] : []);
}
