/** The fields of a project and where they live in Odoo. */
import { archivedLens, descriptionLens } from "../lenses/common_lenses.ts";
import { parseTree } from "../html/tree.ts";
import { type Lens, relatedId, textOf } from "../lenses/lens.ts";
import type { ProjectForm } from "../sides/plane_forms.ts";
import { projectNameLens } from "./project_name.ts";

/** Plane's project has a plain text and, in some versions, an HTML description; only the text can be written. */
const projectDescriptionLens: Lens<ProjectForm> = {
  ...descriptionLens,
  planeValue: (form) => projectHtml(form),
  toOdoo: (form, record, context) =>
    descriptionLens.toOdoo?.({ description_html: projectHtml(form) }, record, context) ?? null,
  toPlane: (record, _form, { odooField }) => {
    const text = plainText(textOf(record[odooField]));
    return { values: { description: text }, value: paragraphs(text) };
  },
  restore: { plane: ({ from }) => ({ values: { description: plainText(textOf(from)) }, value: from }) },
};

function projectHtml(form: ProjectForm): string {
  return form.description_html ?? paragraphs(form.description ?? "");
}

/** A plain text as HTML, a paragraph for each line. */
export function paragraphs(text: string): string {
  return text.split(/\r?\n/).filter((line) => line.trim() !== "").map((line) => `<p>${escapeHtml(line)}</p>`)
    .join("");
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

const BREAKS = new Set([
  "p",
  "div",
  "li",
  "br",
  "h1",
  "h2",
  "h3",
  "h4",
  "h5",
  "h6",
  "tr",
  "blockquote",
  "pre",
]);

/** The words of a document, a line for each paragraph. */
function plainText(html: string): string {
  const lines = [""];
  const walk = (nodes: ReturnType<typeof parseTree>) => {
    for (const node of nodes) {
      if (typeof node === "string") {
        lines.push(`${lines.pop() ?? ""}${node}`);
        continue;
      }
      if (BREAKS.has(node.name)) lines.push("");
      walk(node.children);
      if (BREAKS.has(node.name)) lines.push("");
    }
  };
  walk(parseTree(html));
  return lines.map((line) => line.replace(/\s+/g, " ").trim()).filter((line) => line !== "").join("\n");
}

/** Plane's lead against Odoo's project manager. */
const leadLens: Lens<ProjectForm> = {
  field: "lead",
  odooField: "user_id",
  planeValue: (form) => form.project_lead,
  odooValue: (record) => relatedId(record.user_id),
  toOdoo: (form, _record, { references }) => {
    if (form.project_lead === null) return { values: { user_id: false }, value: null };
    const user = references.users.get(form.project_lead) ?? null;
    return user === null ? null : { values: { user_id: user }, value: user };
  },
  toPlane: (record, _form, { references }) => {
    const user = relatedId(record.user_id);
    if (user === null) return { values: { project_lead: null }, value: null };
    const person = references.people.get(user) ?? null;
    return person === null ? null : { values: { project_lead: person }, value: person };
  },
  restore: { plane: ({ from }) => ({ values: { project_lead: from }, value: from }) },
};

export const PROJECT_LENSES: readonly Lens<ProjectForm>[] = [
  projectNameLens,
  projectDescriptionLens,
  leadLens,
  archivedLens,
];
