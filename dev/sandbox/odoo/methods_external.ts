/** External ids over the API: of records, and back. A plain user may ask both. */
import { valueError } from "./exceptions.ts";
import { externalsOf, findExternal } from "./external_ids.ts";
import type { Methods } from "./method.ts";
import { searchIds } from "./records.ts";

/** Of every model. */
export const EXTERNAL_ID_METHODS: Methods = {
  get_external_id: {
    onRecords: true,
    parameters: [],
    required: 0,
    // The oldest one; empty where there is none, also where there is no record.
    run: (session, model, ids) =>
      Object.fromEntries(ids.map((id) => {
        const [row] = externalsOf(session, model, id);
        return [String(id), row === undefined ? "" : `${row.module}.${row.name}`];
      })),
  },
};

/** Of `ir.model.data`. */
export const REFERENCE_METHODS: Methods = {
  check_object_reference: {
    onRecords: false,
    parameters: ["module", "xml_id", "raise_on_access_error"],
    required: 2,
    run(session, _model, _ids, { module, xml_id: name }) {
      const found = findExternal(session, `${module}.${name}`);
      if (found === undefined) throw valueError(`External ID not found in the system: ${module}.${name}`);
      // A search, so what is archived or not allowed is there without its id.
      const visible = searchIds(session, found.model, [["id", "=", found.recordId]]);
      return [found.model, visible.length > 0 ? found.recordId : false];
    },
  },
};
