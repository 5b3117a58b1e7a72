/** The public methods of the models, with the names and order of their arguments. */
import { OdooException } from "./exceptions.ts";
import { load } from "./load.ts";
import { type Method, type Methods, names, page, values } from "./method.ts";
import { MOVE_METHODS, ORDER_METHODS, PAYMENT_METHODS } from "./methods_documents.ts";
import { EXTERNAL_ID_METHODS, REFERENCE_METHODS } from "./methods_external.ts";
import { GROUP_METHODS } from "./methods_groups.ts";
import { MESSAGE_METHODS } from "./methods_messages.ts";
import {
  createRecord,
  mustHave,
  readRecords,
  relatedIds,
  searchIds,
  stamp,
  unlinkRecords,
  type Values,
  writeRecords,
} from "./records.ts";
import type { Field, Model } from "./schema.ts";
import { modelOf, type Session } from "./session.ts";

export type { Method } from "./method.ts";

const METHODS: Methods = {
  ...EXTERNAL_ID_METHODS,
  ...GROUP_METHODS,
  ...MESSAGE_METHODS,
  create: {
    onRecords: false,
    parameters: ["vals_list"],
    required: 1,
    run: (session, model, _ids, { vals_list: list }) =>
      (Array.isArray(list) ? list : [list]).map((given) => createRecord(session, model, values(given))),
  },
  write: {
    onRecords: true,
    parameters: ["vals"],
    required: 1,
    run(session, model, ids, { vals }) {
      writeRecords(session, model, ids, values(vals));
      return true;
    },
  },
  unlink: {
    onRecords: true,
    parameters: [],
    required: 0,
    run(session, model, ids) {
      unlinkRecords(session, model, ids);
      return true;
    },
  },
  read: {
    onRecords: true,
    parameters: ["fields", "load"],
    required: 0,
    run: (session, model, ids, { fields }) => readRecords(session, model, ids, names(fields)),
  },
  search: {
    onRecords: false,
    parameters: ["domain", "offset", "limit", "order"],
    required: 1,
    run: (session, model, _ids, given) => searchIds(session, model, given.domain, page(given)),
  },
  search_count: {
    onRecords: false,
    parameters: ["domain", "limit"],
    required: 1,
    run: (session, model, _ids, given) => searchIds(session, model, given.domain, page(given)).length,
  },
  search_read: {
    onRecords: false,
    parameters: ["domain", "fields", "offset", "limit", "order"],
    required: 0,
    run: (session, model, _ids, given) => {
      const found = searchIds(session, model, given.domain ?? [], page(given));
      return readRecords(session, model, found, names(given.fields));
    },
  },
  web_search_read: {
    onRecords: false,
    parameters: ["domain", "specification", "offset", "limit", "order", "count_limit"],
    required: 2,
    run(session, model, _ids, given) {
      const found = searchIds(session, model, given.domain, page(given));
      const length = searchIds(session, model, given.domain).length;
      return { length, records: found.map((id) => nested(session, model, id, values(given.specification))) };
    },
  },
  fields_get: {
    onRecords: false,
    parameters: ["allfields", "attributes"],
    required: 0,
    run: (session, model, _ids, { allfields, attributes }) =>
      describe(modelOf(session, model), names(allfields), names(attributes)),
  },
  name_create: {
    onRecords: false,
    parameters: ["name"],
    required: 1,
    run(session, model, _ids, { name }) {
      const wanted = String(name);
      const match = model === "project.tags"
        ? searchIds(session, model, [["name", "=ilike", wanted.trim()]])
        : [];
      const id = match[0] ?? createRecord(session, model, { name: wanted });
      return [id, mustHave(session, model, id).name];
    },
  },
  name_search: {
    onRecords: false,
    parameters: ["name", "domain", "operator", "limit"],
    required: 0,
    run(session, model, _ids, given) {
      const domain = [...(Array.isArray(given.domain) ? given.domain : []), [
        "name",
        "ilike",
        given.name ?? "",
      ]];
      return searchIds(session, model, domain, page(given)).map((
        id,
      ) => [id, mustHave(session, model, id).name]);
    },
  },
  load: {
    onRecords: false,
    parameters: ["fields", "data"],
    required: 2,
    run(session, model, _ids, { fields, data }) {
      const rows = Array.isArray(data) ? data.map((row) => names(row) ?? []) : [];
      return load(session, model, names(fields) ?? [], rows);
    },
  },
  action_archive: { onRecords: true, parameters: [], required: 0, run: (...call) => archive(...call, false) },
  action_unarchive: {
    onRecords: true,
    parameters: [],
    required: 0,
    run: (...call) => archive(...call, true),
  },
  context_get: {
    onRecords: false,
    parameters: [],
    required: 0,
    run: (session) => ({ lang: "en_US", tz: false, uid: session.userId }),
  },
};

/** Further methods by model. */
const OF_MODEL: Readonly<Record<string, Methods>> = {
  "account.move": MOVE_METHODS,
  "account.payment.register": PAYMENT_METHODS,
  "ir.model.data": REFERENCE_METHODS,
  "sale.order": ORDER_METHODS,
};

/** Undefined when the model has no such method; private ones are refused. */
export function methodOf(model: string, name: string): Method | undefined {
  if (name.startsWith("_") || name === "exists") {
    const text = `Private methods (such as '${model}.${name}') cannot be called remotely.`;
    throw new OdooException("odoo.exceptions.AccessError", text, 403);
  }
  const own = Object.hasOwn(OF_MODEL, model) ? OF_MODEL[model] : undefined;
  if (own !== undefined && Object.hasOwn(own, name)) return own[name];
  return Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
}

function nested(session: Session, modelName: string, id: number, specification: Values): Values {
  const model = modelOf(session, modelName);
  const row = mustHave(session, modelName, id);
  const [flat] = readRecords(session, modelName, [id], Object.keys(specification));
  const answer: Values = { ...flat };
  for (const [name, wanted] of Object.entries(specification)) {
    const field = model.fields[name];
    const inner = values(wanted).fields;
    if (field?.relation === undefined) continue;
    const ids = relatedIds(session, model, row, name);
    if (inner === undefined) answer[name] = field.kind === "many2one" ? ids[0] ?? false : ids;
    else {
      const related = ids.map((other) => nested(session, field.relation ?? "", other, values(inner)));
      answer[name] = field.kind === "many2one" ? related[0] ?? false : related;
    }
  }
  return answer;
}

function describe(model: Model, only: string[] | undefined, attributes: string[] | undefined): Values {
  const entries = Object.entries(model.fields).filter(([name]) => only === undefined || only.includes(name));
  return Object.fromEntries(entries.map(([name, field]) => [name, describeField(name, field, attributes)]));
}

function describeField(name: string, field: Field, attributes: string[] | undefined): Values {
  const all: Values = {
    name,
    type: field.kind,
    string: field.label,
    required: field.required === true,
    readonly: field.readonly === true || (field.computed === true && name !== "display_name"),
    store: field.computed !== true,
    ...(field.relation === undefined ? {} : { relation: field.relation }),
    ...(field.keys === undefined ? {} : { selection: field.keys }),
  };
  return Object.fromEntries(
    Object.entries(all).filter(([key]) => attributes === undefined || attributes.includes(key)),
  );
}

/** Other than a write of `active`, this takes a task's sub-tasks of the same project along. */
function archive(session: Session, model: string, ids: number[], _given: Values, active: boolean): null {
  writeRecords(session, model, ids, { active });
  if (model !== "project.task") return null;
  for (const row of session.database.rows(model)) {
    const parent = typeof row.parent_id === "number" ? session.database.row(model, row.parent_id) : undefined;
    if (parent !== undefined && ids.includes(parent.id) && parent.project_id === row.project_id) {
      session.database.update(model, row.id, { active, ...stamp(session) });
    }
  }
  return null;
}
