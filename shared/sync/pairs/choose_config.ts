/** Which pair a record belongs to: by its mapping, by what it was paired with, by its project, else the pair its kind usually forms. */
import type { Claimed } from "../../store/queue.ts";
import type { ConfigRow, PairRow, RecordKey } from "../../store/engine/sync_store.ts";
import { moduleRow } from "./module_models.ts";
import { readOptions } from "./options.ts";

/** The model a Plane record becomes unless its project says otherwise. */
const USUAL: Readonly<Record<string, string>> = {
  project: "project.project",
  issue: "project.task",
  issue_comment: "mail.message",
  cycle: "project.milestone",
  module: "project.project",
};

/** Null: nobody has configured it. */
export function chooseConfig(
  key: RecordKey,
  pair: PairRow,
  claimed: Claimed,
): ConfigRow | null {
  const { mapping, configs } = pair;
  if (mapping !== null) {
    return configs.find((row) =>
      row.plane_type === mapping.plane_type && row.odoo_model === mapping.odoo_model
    ) ??
      moduleRow(configs, mapping.plane_type) ?? null;
  }
  if (key.side === "odoo") {
    // A module may be a project of Odoo's, but a project of Odoo's is never a module.
    const rows = configs.filter((row) => row.odoo_model === key.model && row.plane_type !== "module");
    return rows.find(({ enabled }) => enabled) ?? rows[0] ?? null;
  }
  const rows = configs.filter((row) => row.plane_type === key.type);
  const former = rows.find(({ odoo_model }) => odoo_model === pair.tombstone?.odoo_model);
  if (former !== undefined) return former;
  const project = claimed.payload.project_id ?? claimed.planeProjectId;
  const ofProject = rows.find((row) =>
    row.enabled && project !== null && readOptions(row.options).options.plane_project === project
  );
  return ofProject ?? rows.find((row) => row.odoo_model === USUAL[key.type]) ?? null;
}
