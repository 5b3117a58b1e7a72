/** Names of Odoo's models that several files speak of. */
export const PROJECT_MODEL = "project.project";
export const TASK_MODEL = "project.task";
export const TAG_MODEL = "project.tags";
