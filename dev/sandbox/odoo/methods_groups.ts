/** Counts by group: `read_group`, and `formatted_read_group` since 19. Only plain fields and `__count`. */
import { storedValue } from "./computed.ts";
import { valueError } from "./exceptions.ts";
import { type Methods, names, page } from "./method.ts";
import { mustHave, searchIds, type Values } from "./records.ts";
import { modelOf, type Session } from "./session.ts";
import { toAnswer } from "./values.ts";

interface Group {
  /** The fields grouped by, as an answer shows them. */
  values: Values;
  /** One condition per field. */
  conditions: unknown[][];
  count: number;
}

export const GROUP_METHODS: Methods = {
  read_group: {
    onRecords: false,
    parameters: ["domain", "fields", "groupby", "offset", "limit", "orderby", "lazy"],
    required: 3,
    run(session, model, _ids, given) {
      const all = names(given.groupby) ?? [String(given.groupby)];
      const lazy = given.lazy !== false;
      const by = lazy ? all.slice(0, 1) : all;
      const count = lazy && by.length === 1 ? `${by[0]}_count` : "__count";
      const domain = Array.isArray(given.domain) ? given.domain : [];
      return grouped(session, model, domain, by).map((group) => ({
        ...group.values,
        [count]: group.count,
        __domain: joined([...domain, ...group.conditions]),
      }));
    },
  },
  formatted_read_group: {
    onRecords: false,
    parameters: ["domain", "groupby", "aggregates", "having", "offset", "limit", "order"],
    required: 1,
    run(session, model, _ids, given) {
      const aggregates = names(given.aggregates) ?? [];
      const unknown = aggregates.find((name) => name !== "__count");
      if (unknown !== undefined) throw valueError(`Invalid aggregate/order specification '${unknown}'`);
      const by = names(given.groupby) ?? [];
      const groups = grouped(session, model, Array.isArray(given.domain) ? given.domain : [], by);
      const { offset = 0, limit } = page(given);
      return groups.slice(offset, limit === undefined ? undefined : offset + limit).map((group) => ({
        ...group.values,
        __extra_domain: by.length === 0 ? [[1, "=", 1]] : joined(group.conditions),
        ...(aggregates.length === 0 ? {} : { __count: group.count }),
      }));
    },
  },
};

/** In the order of the first record of each, which is the model's own; without a field, one group of everything. */
function grouped(session: Session, modelName: string, domain: unknown[], by: readonly string[]): Group[] {
  const model = modelOf(session, modelName);
  const groups = new Map<string, Group>();
  if (by.length === 0) groups.set("[]", { values: {}, conditions: [], count: 0 });
  for (const id of searchIds(session, modelName, domain, { order: [...by, "id"].join(",") })) {
    const row = mustHave(session, modelName, id);
    const stored = by.map((name) => storedValue(session, model, row, name));
    const key = JSON.stringify(stored);
    let group = groups.get(key);
    if (group === undefined) {
      const shown = by.map((name, index) => {
        const field = model.fields[name];
        return [
          name,
          field === undefined ? false : toAnswer(session, field, stored[index] ?? false),
        ] as const;
      });
      const conditions = by.map((name, index) => [name, "=", stored[index]]);
      groups.set(key, group = { values: Object.fromEntries(shown), conditions, count: 0 });
    }
    group.count++;
  }
  return [...groups.values()];
}

/** Conditions in prefix notation. */
function joined(conditions: readonly unknown[]): unknown[] {
  return [...conditions.slice(1).map(() => "&"), ...conditions];
}
