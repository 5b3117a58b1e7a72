/** The fields of a project and where they live in Odoo. */
import { archivedLens, descriptionLens, nameLens } from "./common_lenses.ts";
import type { Lens } from "./lens.ts";
import type { ProjectForm } from "./plane_forms.ts";

/** Plane's project has a plain text and, in some versions, an HTML description. */
const projectDescriptionLens: Lens<ProjectForm> = {
  ...descriptionLens,
  planeValue: (form) => projectHtml(form),
  toOdoo: (form, context) => descriptionLens.toOdoo({ description_html: projectHtml(form) }, context),
};

function projectHtml(form: ProjectForm): string {
  if (form.description_html !== null) return form.description_html;
  return (form.description ?? "").split(/\r?\n/).filter((line) => line.trim() !== "").map((line) =>
    `<p>${escapeHtml(line)}</p>`
  )
    .join("");
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

export const PROJECT_LENSES: readonly Lens<ProjectForm>[] = [nameLens, projectDescriptionLens, archivedLens];
