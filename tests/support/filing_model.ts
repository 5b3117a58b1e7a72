/** A model of a domain of its own, as an add-on brings it: filing deadlines, with a field of every type a work item fits into. */
import type { Extensions } from "../../dev/sandbox/odoo/schema.ts";

export const FILING_MODEL = "bir.filing.deadline";

export const FILING: Extensions = {
  extraModels: [
    {
      name: "bir.filing.stage",
      label: "Filing Stage",
      fields: { name: { kind: "char", label: "Name", required: true } },
    },
    {
      name: FILING_MODEL,
      label: "Filing Deadline",
      thread: true,
      fields: {
        name: { kind: "char", label: "Form", required: true },
        notes: { kind: "html", label: "Notes" },
        remark: { kind: "text", label: "Remark" },
        priority: {
          kind: "selection",
          label: "Priority",
          keys: [["0", "Normal"], ["1", "High"], ["2", "Very high"], ["3", "Urgent"]],
          initial: "0",
        },
        state: {
          kind: "selection",
          label: "State",
          keys: [["pending", "Pending"], ["in_progress", "In progress"], ["filed", "Filed"], [
            "void",
            "Void",
          ]],
          initial: "pending",
        },
        stage_id: { kind: "many2one", label: "Stage", relation: "bir.filing.stage" },
        is_done: { kind: "boolean", label: "Done" },
        responsible_id: { kind: "many2one", label: "Responsible", relation: "res.users" },
        reviewer_ids: { kind: "many2many", label: "Reviewers", relation: "res.users" },
        partner_id: { kind: "many2one", label: "Partner", relation: "res.partner" },
        due: { kind: "date", label: "Due" },
        begins_at: { kind: "datetime", label: "Begins" },
        amount: { kind: "float", label: "Amount" },
        plane_url: { kind: "char", label: "Plane" },
        plane_number: { kind: "char", label: "Plane number" },
        active: { kind: "boolean", label: "Active", initial: true },
      },
    },
  ],
  extraFields: {
    "project.task": {
      x_plane_url: { kind: "char", label: "Plane" },
      x_plane_number: { kind: "char", label: "Plane number" },
    },
  },
};

export const FILING_MAPPINGS = {
  name: "name",
  description: "notes",
  priority: "priority",
  state: "state",
  assignees: "responsible_id",
  start_date: "begins_at",
  target_date: "due",
  archived: "active",
  link: "plane_url",
  identifier: "plane_number",
};
