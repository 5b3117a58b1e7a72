/** Names of Odoo's models that several files speak of. */
export const PROJECT_MODEL = "project.project";
export const TASK_MODEL = "project.task";
export const TAG_MODEL = "project.tags";

/**
 * Whether an entity key's type is a model of Odoo's: those have a dot, or were made in Odoo itself and begin with `x_`; Plane's types
 * never do. The same as plane.is_odoo_model.
 */
export function isOdooModel(type: string): boolean {
  return type.includes(".") || type.startsWith("x_");
}
