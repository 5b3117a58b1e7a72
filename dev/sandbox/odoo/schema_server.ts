/** What the server keeps about itself: models, fields and external ids. */
import { type Model, model } from "./field.ts";

/** The kinds of field the API may add to a model. */
const KINDS = [
  "boolean",
  "char",
  "date",
  "datetime",
  "float",
  "html",
  "integer",
  "many2many",
  "many2one",
  "selection",
  "text",
].map((kind) => [kind, kind] as const);

export function serverModels(): Model[] {
  return [
    model("ir.model", "Models", "model", {
      name: { kind: "char", label: "Model Description", required: true, translated: true },
      model: { kind: "char", label: "Model", required: true },
    }),
    model("ir.model.fields", "Fields", "name, id", {
      name: { kind: "char", label: "Field Name", required: true },
      field_description: { kind: "char", label: "Field Label", initial: "" },
      model_id: { kind: "many2one", label: "Model", relation: "ir.model", required: true },
      model: { kind: "char", label: "Model Name", readonly: true },
      ttype: { kind: "selection", label: "Field Type", required: true, keys: KINDS },
      relation: { kind: "char", label: "Related Model" },
      required: { kind: "boolean", label: "Required" },
      selection_ids: {
        kind: "one2many",
        label: "Selection Options",
        relation: "ir.model.fields.selection",
        mirror: "field_id",
      },
    }),
    model("ir.model.fields.selection", "Fields Selection", "sequence, id", {
      field_id: { kind: "many2one", label: "Field", relation: "ir.model.fields", required: true },
      value: { kind: "char", label: "Value", required: true },
      name: { kind: "char", label: "Name", required: true },
      sequence: { kind: "integer", label: "Sequence", initial: 1000 },
    }),
    model("ir.model.data", "Model Data", "module, model, name", {
      module: { kind: "char", label: "Module", required: true },
      name: { kind: "char", label: "External Identifier", required: true },
      model: { kind: "char", label: "Model Name", required: true },
      res_id: { kind: "many2one_reference", label: "Record ID" },
      noupdate: { kind: "boolean", label: "Non Updatable" },
    }),
  ];
}
